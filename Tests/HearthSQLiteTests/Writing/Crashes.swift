import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@Suite struct Crashes {
    /// What a run of a store had acknowledged when its disk died.
    private struct Run {
        let directory: TemporaryDirectory
        let disk: FaultyDisk
        var acknowledged: [String] = []
        var wasReached = true
    }

    /// Makes a store, writes notes and checkpoints, on a disk that dies at a step.
    private func run(dyingAtStep step: Int) async throws -> Run {
        let directory = try TemporaryDirectory()
        var run = Run(directory: directory, disk: FaultyDisk(directory.path))
        run.disk.fail(atStep: step, .death)
        do {
            let database = try Database.notebook(.file(directory.file("store.db")))
            do {
                for round in 1...2 {
                    for number in 1...2 {
                        let text = "\(round).\(number) " + String(repeating: "x", count: number * 2_000)
                        try await database.add(text)
                        run.acknowledged.append(text)
                    }
                    try await database.checkpoint(removingTraces: true)
                }
                try await database.close()
            } catch {
                _ = try? await database.close()
                throw error
            }
        } catch is SQLiteError {
            // What the dead disk answered.
        }
        run.wasReached = run.disk.hasFailed
        // The directory goes on being watched, because a watched one does not wait for real syncs.
        run.disk.fail(atStep: .max, .death)
        return run
    }

    /// Expects a store to hold what was acknowledged, at most one note more, and to work on.
    private func expectRecovered(_ path: String, _ acknowledged: [String], _ comment: Comment) async throws {
        let database = try Database.notebook(.file(path))
        let texts = try database.texts
        #expect(texts.starts(with: acknowledged), comment)
        // The operation under way when the disk died may have been committed and never acknowledged.
        #expect(texts.count <= acknowledged.count + 1, comment)
        try database.expectSound()
        try await database.add("after")
        try await database.close()
    }

    @Test func `after a kill or a loss of power at any step nothing acknowledged is missing and nothing is half there`()
        async throws
    {
        var step = 1
        while true {
            let run = try await run(dyingAtStep: step)
            defer { run.disk.remove() }
            guard run.wasReached else { break }
            let leftBySync = run.disk.synced
            try await expectRecovered(run.directory.file("store.db"), run.acknowledged, "killed at step \(step)")

            // A loss of power leaves only what was synced.
            let synced = try TemporaryDirectory()
            let disk = FaultyDisk(synced.path)
            defer { disk.remove() }
            for (path, bytes) in leftBySync {
                let name = URL(filePath: path).lastPathComponent
                try Data(bytes).write(to: URL(filePath: synced.file(name)))
            }
            try await expectRecovered(synced.file("store.db"), run.acknowledged, "without power at step \(step)")
            step += 1
        }
        #expect(step > 50)
    }

    @Test(arguments: [Durability.full, .normal])
    func `an error of the disk at any step is typed, harms nothing, and a later try works`(
        durability: Durability
    ) async throws {
        var step = 1
        while true {
            let directory = try TemporaryDirectory()
            let path = directory.file("store.db")
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            // 10 and 13: I/O error and full disk, without their extended codes.
            disk.fail(atStep: step, .once(step % 2 == 0 ? 10 : 13))
            var options = DatabaseOptions.notebook
            options.durability = durability

            let database: Database<Notebook>
            do {
                database = try Database.notebook(.file(path), options: options)
            } catch is SQLiteError {
                database = try Database.notebook(.file(path), options: options)
            }
            for number in 1...4 {
                let text = "\(number) " + String(repeating: "x", count: number * 2_000)
                do {
                    try await database.add(text)
                } catch is SQLiteError {
                    try await database.add(text)
                }
                if number == 2 {
                    do {
                        try await database.checkpoint(removingTraces: true)
                    } catch is SQLiteError {
                        try await database.checkpoint(removingTraces: true)
                    }
                }
            }
            #expect(try database.texts.count == 4, "step \(step)")
            try database.expectSound()
            do {
                try await database.close()
            } catch is SQLiteError {}
            guard disk.hasFailed else { break }
            let again = try Database.notebook(.file(path))
            #expect(try again.texts.count == 4, "step \(step)")
            try again.expectSound()
            try await again.close()
            step += 1
        }
        #expect(step > 30)
    }
}
