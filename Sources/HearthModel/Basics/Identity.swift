/// Equality byte for byte.
///
/// `==` of strings is canonical equivalence, under which an edit that only composes or decomposes characters would be no edit.
extension String {
    package func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension [String] {
    package func isIdentical(to other: [String]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.isIdentical(to: $1) }
    }
}

extension [String: String] {
    func isIdentical(to other: [String: String]) -> Bool {
        count == other.count
            && FieldText.object(self).isIdentical(to: FieldText.object(other))
    }
}
