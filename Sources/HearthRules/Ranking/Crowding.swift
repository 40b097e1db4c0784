import HearthModel

/// Keeps memories that say the same from filling a list of results.
///
/// Memories with equal texts are one result. One that says nearly what a better one says steps back behind those that say
/// something else and score comparably; nothing is lost from the list but by its length.
package struct Crowding {
    /// A result and what was merged into it.
    package struct Group {
        /// The best.
        package var result: Ranked
        /// Those with an equal text, best first.
        package var copies: [Ranked] = []
        /// The result's place in the ranked list.
        fileprivate let place: Int
    }

    /// Texts are compared only from this cosine on: equal ones have nearly the same vector whoever made it, and the same
    /// where the embedder always gives the same.
    private static let cosineOfCopies: Float = 0.98
    /// Where there are no vectors, texts are compared if their shares of the query's words differ by less than this part:
    /// equal ones may differ in their tags.
    private static let differenceOfCopies = 0.02
    /// How many of the best groups a result is compared with. Nobody looks further down for what repeats.
    private static let comparedGroups = 100

    /// The groups that stay in front, and those that step back, each best first.
    package private(set) var front: [Group] = []
    package private(set) var back: [Group] = []
    /// The last place of the ranked list at which a copy was found.
    package private(set) var lastCopy = -1

    /// A result that repeats a better one steps back behind those that score at least this part of what it does. What
    /// scores less says hardly anything of what was asked.
    private static let comparable = 0.5

    /// All groups in the order in which they are shown.
    package var ordered: [Group] {
        var ordered: [Group] = []
        var next = back[...]
        for group in front {
            while let waiting = next.first, group.result.score < Self.comparable * waiting.result.score {
                ordered.append(waiting)
                next.removeFirst()
            }
            ordered.append(group)
        }
        return ordered + next
    }

    /// Groups a ranked list.
    ///
    /// - Parameters:
    ///   - ranked: The list, best first.
    ///   - threshold: From this cosine on, the lesser of two results steps back. Above 1, none does.
    ///   - dropping: From this cosine on, the lesser of two results is left out. Above 1, none is.
    ///   - cosine: The cosine of the vectors at two places of the list; nil if there is none at one.
    ///   - areEqual: Whether the texts at two places of the list are the same.
    package init(
        _ ranked: [Ranked],
        threshold: Float,
        dropping: Float = 2,
        cosine: (Int, Int) throws -> Float?,
        areEqual: (Int, Int) throws -> Bool
    ) rethrows {
        for (place, result) in ranked.enumerated() {
            var greatest: Float = -1
            /// The group of those compared that has the same text.
            func twin(in groups: [Group]) throws -> Int? {
                try groups.prefix(Self.comparedGroups)
                    .firstIndex { group in
                        let cosine = try cosine(place, group.place)
                        greatest = max(greatest, cosine ?? -1)
                        return try Self.mayBeCopies(result, group.result, cosine: cosine)
                            && areEqual(place, group.place)
                    }
            }
            if let twin = try twin(in: front) {
                front[twin].copies.append(result)
                lastCopy = place
                continue
            }
            let isNear = greatest >= threshold
            if let twin = try twin(in: back) {
                back[twin].copies.append(result)
                lastCopy = place
            } else if greatest < dropping {
                let group = Group(result: result, place: place)
                if isNear { back.append(group) } else { front.append(group) }
            }
        }
    }

    private static func mayBeCopies(_ left: Ranked, _ right: Ranked, cosine: Float?) -> Bool {
        if let cosine { return cosine >= cosineOfCopies }
        guard let left = left.components.keyword, let right = right.components.keyword else { return true }
        return abs(left - right) <= differenceOfCopies * max(left, right)
    }
}
