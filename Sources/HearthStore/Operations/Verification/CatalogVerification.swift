import HearthModel
import HearthSQLite

/// Every catalog image against the documents it is an image of.
enum CatalogVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let connection = snapshot.connection
        for user in try connection.rows("SELECT user_key FROM catalog_images", as: { $0.int64(0) }) {
            let rows = try DocumentCatalog(user: user, connection: connection, sequence: snapshot.state.sequence)
            let catalog = try DocumentCatalog(user: user, connection: connection, state: snapshot.state)
            let isPassedOver = try CatalogImage.read(user: user, in: connection) == nil
            if isPassedOver || catalog.entries != rows.entries {
                report.add("document", "The packed documents of user number \(user) are not what their rows say.")
            }
        }
    }
}
