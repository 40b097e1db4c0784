package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Lets the file exchange with other devices through a space; durable on return.
    ///
    /// Everything that it holds is noted to be sent. From now on every change is noted too.
    ///
    /// - Parameters:
    ///   - space: What names the space.
    ///   - isFounding: Whether it is the first device: then its profiles and its policy hold. Those of a device that joins
    ///     yield to what the space has.
    /// - Throws: `.invalidArgument` if the file is in another space.
    package func joinSpace(_ space: String, isFounding: Bool) async throws {
        try await writePublishing { context in
            let (transaction, connection) = (context.transaction, context.connection)
            if let present = try DeviceSpaceTable.find(connection) {
                guard present.space == space else {
                    throw MemoryError.invalidArgument(
                        "This file is in another space already. Export it, and restore the export into a new store, which can join this one."
                    )
                }
                return
            }
            try DeviceSpaceTable.insert(space, resolution: context.defaultResolution, at: context.now, in: transaction)
            let time = isFounding ? transaction.nextTime(at: context.now) : .zero
            try DeviceSpaceTable.noteEverything(at: time, in: connection)
            for conflict in try ConflictTable.allWaiting(in: connection) {
                _ = try context.publishAgreedHead(of: conflict.memory)
            }
            try context.auditSpace("joined")
        }
    }

    /// Ends the exchange with other devices; durable on return. What came stays, and what was noted is forgotten.
    package func leaveSpace() async throws {
        try await writePublishing { context in
            guard try DeviceSpaceTable.find(context.connection) != nil else { throw MemoryError.noSpace }
            try DeviceSpaceTable.remove(in: context.transaction)
            try context.auditSpace("left")
        }
    }

    /// Begins the exchange anew: everything is sent that the hub does not have, and everything is received again. For a
    /// hub that was put back to an earlier state.
    package func restartExchange() async throws {
        try await writePublishing { context in
            let connection = context.connection
            guard try DeviceSpaceTable.find(connection) != nil else { throw MemoryError.noSpace }
            try connection.execute("DELETE FROM device_facts; DELETE FROM device_held;")
            try DeviceSpaceTable.noteEverything(at: .zero, in: connection)
            try DeviceSpaceTable.set(cursor: 0, in: context.transaction)
            try context.auditSpace("begun anew")
        }
    }

    /// The last row of the hub that was taken over or is held.
    ///
    /// - Throws: `.invalidArgument` if the file exchanges with no other device.
    package func deviceCursor() throws -> Int64 {
        try read { snapshot in
            guard let row = try DeviceSpaceTable.find(snapshot.connection) else { throw MemoryError.noSpace }
            return row.cursor
        }
    }

    /// The number of the latest change that waits to be sent; 0 if none does. A later change has a greater one.
    package func latestDeviceNote() throws -> Int64 {
        try read { try DeviceOutbox.latest(in: $0.connection) }
    }

    /// How the file stands with its space; nil if it exchanges with no other device.
    package func deviceSpace() throws -> DeviceSpace? {
        try read { snapshot in
            guard let row = try DeviceSpaceTable.find(snapshot.connection) else { return nil }
            let held = try HeldRows.counts(in: snapshot.connection)
            return DeviceSpace(
                space: row.space,
                cursor: row.cursor,
                outgoing: try DeviceOutbox.count(in: snapshot.connection),
                incomplete: held[.incomplete] ?? 0,
                blocked: (held[.keyless] ?? 0) + (held[.damaged] ?? 0),
                future: held[.future] ?? 0,
                opaque: held[.opaque] ?? 0,
                resolution: row.resolution
            )
        }
    }
}

extension WriteContext {
    fileprivate func auditSpace(_ change: String) throws {
        let system = try directory.agent(AgentProfile.system.id).key
        try AuditTrail.append(
            AuditEntry(action: .exchange, agent: system, detail: ["change": change]),
            at: now,
            to: transaction
        )
    }
}
