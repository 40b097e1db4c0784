import Foundation
import Glibc

/// Where the store gets its time from; tests give their own.
public struct StoreClock: Sendable {
    /// Wall-clock time, for people and for hybrid time.
    public var now: @Sendable () -> Timestamp
    /// Nanoseconds on a clock that never jumps and also counts while the machine is suspended. Leases expire by it.
    public var bootTime: @Sendable () -> Int64
    /// Names the boot that ``bootTime`` counts from.
    public var bootID: String
    /// Suspends the task until ``bootTime`` has reached a value.
    ///
    /// Throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (_ untilBootTime: Int64) async throws -> Void

    /// Takes time from the given sources.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        bootTime: @escaping @Sendable () -> Int64,
        bootID: String,
        sleep: @escaping @Sendable (_ untilBootTime: Int64) async throws -> Void = Self.sleepOnSystemClock
    ) {
        self.now = now
        self.bootTime = bootTime
        self.bootID = bootID
        self.sleep = sleep
    }

    /// The system's clocks: `CLOCK_REALTIME` and `CLOCK_BOOTTIME`.
    public static let system = StoreClock(
        now: {
            let (seconds, nanoseconds) = systemTime(of: CLOCK_REALTIME)
            return Timestamp(rawValue: seconds * 1_000_000 + nanoseconds / 1_000)
        },
        bootTime: systemBootTime,
        bootID: systemBootID
    )

    private static func systemBootTime() -> Int64 {
        let (seconds, nanoseconds) = systemTime(of: CLOCK_BOOTTIME)
        return seconds * 1_000_000_000 + nanoseconds
    }

    /// Seconds and nanoseconds of a clock.
    ///
    /// The two words of a `timespec` are read as such: whether Swift 6.3 sees its members depends on what else the
    /// compiler has loaded before.
    private static func systemTime(of clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 2) { words in
            words.initialize(repeating: 0)
            if let start = words.baseAddress {
                clock_gettime(clock, UnsafeMutableRawPointer(start).assumingMemoryBound(to: timespec.self))
            }
            return (Int64(words[0]), Int64(words[1]))
        }
    }

    /// Sleeps until `CLOCK_BOOTTIME`, which is what `ContinuousClock` counts by on Linux, has reached a value in
    /// nanoseconds.
    public static func sleepOnSystemClock(untilBootTime time: Int64) async throws {
        try await Task.sleep(for: .nanoseconds(time.saturatingSubtracting(systemBootTime())), clock: .continuous)
    }

    /// The kernel's random name for this boot. Some containers have none; then it is a random name of this process.
    private static let systemBootID: String = {
        do {
            let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            return String(text.prefix { !$0.isWhitespace })
        } catch {
            return IdentifierGenerator.hexadecimalUUID()
        }
    }()
}

/// A moment in one boot of the machine, on a clock that never jumps and also counts while the machine is suspended.
package struct BootInstant: Hashable, Comparable, Sendable {
    /// Which boot. Moments of different boots can't be compared.
    package var bootID: String
    /// Nanoseconds since some point of that boot.
    package var nanoseconds: Int64

    package init(bootID: String, nanoseconds: Int64) {
        self.bootID = bootID
        self.nanoseconds = nanoseconds
    }

    /// Whether this deadline has passed. A deadline of another boot always has.
    package func hasPassed(at now: BootInstant) -> Bool {
        bootID != now.bootID || nanoseconds <= now.nanoseconds
    }

    /// The moment that much later, or the last one that 64 bits can count.
    package func advanced(by duration: Duration) -> BootInstant {
        let (sum, overflows) = nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return BootInstant(bootID: bootID, nanoseconds: overflows ? .max : sum)
    }

    /// Earlier is less, within one boot.
    package static func < (left: BootInstant, right: BootInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// How much later this is than an earlier moment of the same boot.
    package func duration(since earlier: BootInstant) -> Duration {
        // A duration has room for the difference of any two numbers of 64 bits.
        .nanoseconds(nanoseconds) - .nanoseconds(earlier.nanoseconds)
    }
}

extension StoreClock {
    /// The same clock, which shows no time that a store does not accept.
    package var bounded: StoreClock {
        var clock = self
        clock.now = { [now] in now().bounded }
        return clock
    }

    /// The present moment on the clock that never jumps.
    package var bootInstant: BootInstant { BootInstant(bootID: bootID, nanoseconds: bootTime()) }
}
