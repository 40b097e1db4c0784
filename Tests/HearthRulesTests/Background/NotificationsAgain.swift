import FoundationEssentials
import HearthModel
import HearthRules
import Testing

/// What becomes of a notification that is raised again, or that nobody acknowledges.
@Suite struct NotificationsAgain {
    private typealias Severity = AdministratorNotification.Severity

    private static func notification(_ severity: AdministratorNotification.Severity, at seconds: Double = 0)
        -> AdministratorNotification
    {
        AdministratorNotification(
            id: 7,
            severity: severity,
            kind: .syncFailed,
            message: "",
            createdAt: Date(timeIntervalSince1970: seconds)
        )
    }

    @Test func `raised again, it keeps its number and its beginning, counts, and is never less severe`() {
        let earlier = Self.notification(.critical)
        var later = Self.notification(.information, at: 60)
        (later.id, later.message) = (0, "again")
        let merged = NotificationRules.merged(earlier, with: later)
        #expect(merged.id == 7 && merged.count == 2 && merged.severity == .critical && merged.message == "again")
        #expect(merged.createdAt == earlier.createdAt && merged.lastRaisedAt == later.createdAt)
        #expect(!NotificationRules.isNews(merged, after: earlier))
        #expect(NotificationRules.isNews(merged, after: Self.notification(.warning)))
    }

    @Test func `it becomes more severe once, after the time, unless it is moot`() {
        let hour = Duration.seconds(3_600)
        func isDue(
            _ notification: AdministratorNotification,
            _ seconds: Int64,
            moot: Bool = false,
            after: Duration? = nil
        )
            -> Bool
        {
            NotificationRules.shouldEscalate(
                notification,
                after: after ?? hour,
                isMoot: moot,
                at: Timestamp(rawValue: seconds * 1_000_000)
            )
        }
        let waiting = Self.notification(.information)
        #expect(!isDue(waiting, 3_599) && isDue(waiting, 3_600))
        #expect(!isDue(waiting, 3_600, moot: true) && !isDue(waiting, 1 << 40, after: .zero))
        #expect(!isDue(Self.notification(.critical), 3_600))
        var escalated = waiting
        escalated.escalatedAt = waiting.createdAt
        #expect(!isDue(escalated, 7_200))
        #expect(NotificationRules.escalated(.information) == .warning)
        #expect(NotificationRules.escalated(.warning) == .critical)
        #expect(NotificationRules.escalated(.critical) == nil)
    }
}
