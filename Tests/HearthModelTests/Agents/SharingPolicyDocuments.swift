import FoundationEssentials
import Testing

@testable import HearthModel

@Suite struct SharingPolicyDocuments {
    @Test func `a policy comes back from its JSON as it was`() throws {
        let json = try SharingPolicy.hearthlink.json()
        #expect(try SharingPolicy(json: json) == .hearthlink)
        #expect(try SharingPolicy(json: json).json() == json)
    }

    private static let rule = #""name": "a", "categories": ["x"], "agents": ["y"]"#

    @Test(
        arguments: [
            (#"{"global_rule": []}"#, "global_rule"),
            (#"{"global_rules": [{"name": "a", "categories": ["x"]}]}"#, "global_rules[0].agents"),
            (#"{"global_rules": [{\#(rule), "permision": "read"}]}"#, "permision"),
            (#"{"global_rules": [{\#(rule), "permission": "write"}]}"#, "permission"),
            (#"{"global_rules": [{"name": "", "categories": [], "agents": []}]}"#, "global_rules[0].name"),
            (
                #"{"propagation_rules": [{"name": "a", "categories": [], "agents": [""]}]}"#,
                "propagation_rules[0].agents"
            ),
            (#"{"propagation_rules": [{\#(rule)}, {\#(rule)}]}"#, "propagation_rules[1].name"),
            (#"{"restricted_categories": {"alden": [""]}}"#, "restricted_categories.alden"),
            (#"{"restricted_categories": {"alden": "x"}}"#, "restricted_categories.alden"),
            ("[]", "the document"),
            ("{", "the document"),
        ]
    )
    func `a document that does not read names the key`(json: String, key: String) {
        do {
            _ = try SharingPolicy(json: Data(json.utf8))
            Issue.record("It was read.")
        } catch let error as MemoryError {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(key), "\(error.message)")
        } catch {
            Issue.record("\(error)")
        }
    }
}
