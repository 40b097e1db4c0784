/// The version of the command line.
enum HearthVersion {
    /// What `hearth --version` prints. There has been no release yet.
    static let text = "hearth 0.1.0-dev"
}
