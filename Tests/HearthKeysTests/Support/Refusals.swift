import HearthModel
import Testing

/// Expects that no key is given, for a reason that says all of `words`.
func expectNoKey(
    from provider: some KeyProvider,
    for identifier: String? = nil,
    saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    do {
        let identifier = try await provider.key(for: identifier).identifier
        Issue.record("It gave the key \(identifier).", sourceLocation: sourceLocation)
    } catch let error as MemoryError {
        #expect(error.code == .keyUnavailable, sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "\(error.message)", sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}

/// Everything that a value shows of itself.
func everythingShown(of value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    return "\(value) \(String(reflecting: value)) \(String(describing: value)) " + dumped
}
