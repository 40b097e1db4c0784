import HearthModel
package import HearthText

/// Keeps memories that say the same from filling a list of results.
///
/// Memories with equal texts are one result. One that says nearly what a better one says steps back behind those that say
/// something else and score comparably; nothing is lost from the list but by its length. What differs by a name, a
/// negation or a word that was asked for says something else, and so do the first of many that differ by a number.
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

    /// Where two results have vectors, their texts are compared only from this cosine on: equal ones have nearly the same
    /// vector whoever made it, and the same where the embedder always gives the same.
    private static let cosineOfCopies: Float = 0.98
    /// How many of the best groups a result's vector is compared with. Nobody looks further down for what nearly repeats;
    /// equal texts are found among all.
    private static let comparedGroups = 100

    /// The groups that stay in front, and those that step back, each best first.
    package private(set) var front: [Group] = []
    package private(set) var back: [Group] = []
    /// The last place of the ranked list at which a copy was found.
    package private(set) var lastCopy = -1

    /// A result that repeats a better one steps back behind those that score at least this part of what it does. What
    /// scores less says hardly anything of what was asked.
    private static let comparable = 0.7
    /// How many that differ by their numbers alone stay in front: of forty reminders two are examples enough.
    private static let mostNumbered = 2
    /// From this cosine on, texts may be equal but for their numbers: with the built-in embedder, short ones with several
    /// numbers in them stand at 0.88 and above. It only saves the reading of texts.
    private static let cosineOfNumbered: Float = 0.88

    /// The groups by their texts, as far as these had to be read.
    private var places: [String: Place] = [:]
    private var knownCounts = (front: 0, back: 0)
    /// The places of the groups in the ranked list.
    private var placesInFront: [Int] = []
    private var placesInBack: [Int] = []

    private struct Place {
        var isInFront: Bool
        var index: Int
    }

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
    ///   - cosines: Sets the cosines of the vector at a place with those at so many of the first places, which come before it;
    ///     not a number where one has no vector. Nil where none has.
    ///   - difference: How the text at a place differs from the text at an earlier one.
    ///   - isNumbered: Whether the text at a place is equal to the one at an earlier one but for its numbers, which nobody asked
    ///     for. Such texts step back whatever the threshold, unless that is above 1.
    ///   - text: The text at a place of the list. Canonically equivalent ones are equal.
    package init(
        _ ranked: [Ranked],
        threshold: Float,
        dropping: Float = 2,
        cosines: ((_ place: Int, _ count: Int, _ cosines: inout [Float]) throws -> Void)?,
        difference: (Int, Int) throws -> TellingWords.Difference,
        isNumbered: (Int, Int) throws -> Bool,
        text: (Int) throws -> String
    ) rethrows {
        let least = threshold <= 1 ? min(threshold, Self.cosineOfNumbered) : threshold
        var present: [Float] = []
        for (place, result) in ranked.enumerated() {
            try cosines?(place, comparedPlaces, &present)
            let inFront = neighbours(among: placesInFront, near: least, present)
            if let twin = try twin(of: place, inFront, isInFront: true, text: text) {
                add(result, at: place, to: twin)
                continue
            }
            let inBack = neighbours(among: placesInBack, near: SearchTuning.noThreshold, present)
            if let twin = try twin(of: place, inBack, isInFront: false, text: text) {
                add(result, at: place, to: twin)
            } else if inFront.greatest < dropping {
                let group = Group(result: result, place: place)
                let stepsBack = try repeats(place, neighbours: inFront, from: threshold, difference, isNumbered)
                if stepsBack { back.append(group) } else { front.append(group) }
                if stepsBack { placesInBack.append(place) } else { placesInFront.append(place) }
            }
        }
    }

    /// Whether the text at a place repeats one of a group in front, or is one more of those with other numbers.
    private func repeats(
        _ place: Int,
        neighbours: Neighbours,
        from threshold: Float,
        _ difference: (Int, Int) throws -> TellingWords.Difference,
        _ isNumbered: (Int, Int) throws -> Bool
    ) rethrows -> Bool {
        var numbered = 0
        var likely: [Int] = []
        for near in neighbours.near {
            guard near.cosine >= threshold else {
                likely.append(near.place)
                continue
            }
            switch try difference(place, near.place) {
            case .nothing: return true
            case .numbers: numbered += 1
            case .telling: break
            }
        }
        for (index, earlier) in likely.enumerated() where numbered < Self.mostNumbered {
            // Too few are left to make up the number.
            guard numbered + likely.count - index >= Self.mostNumbered else { break }
            if try isNumbered(place, earlier) { numbered += 1 }
        }
        return numbered >= Self.mostNumbered
    }

    /// What the vectors say of a result and the groups before it.
    private struct Neighbours {
        var greatest: Float = -1
        /// The places that this one may repeat, best first.
        var near: [(place: Int, cosine: Float)] = []
        /// The groups whose texts may be equal; nil for all.
        var candidates: [Int]? = []
    }

    /// With so many of the first places a vector is compared.
    private var comparedPlaces: Int {
        max(Self.comparedPlaces(of: placesInFront), Self.comparedPlaces(of: placesInBack))
    }

    private static func comparedPlaces(of groups: [Int]) -> Int {
        groups.isEmpty ? 0 : groups[min(groups.count, comparedGroups) - 1] + 1
    }

    /// - Parameter cosines: Those of the result with the first places; empty where there are no vectors.
    private func neighbours(among groups: [Int], near least: Float, _ cosines: [Float]) -> Neighbours {
        var found = Neighbours()
        guard !cosines.isEmpty || groups.isEmpty else {
            found.candidates = nil
            return found
        }
        var candidates: [Int] = []
        var hasAll = groups.count <= Self.comparedGroups
        for (index, earlier) in groups.prefix(Self.comparedGroups).enumerated() {
            let cosine = cosines[earlier]
            // No comparison is true of what is not a number.
            if cosine > found.greatest { found.greatest = cosine }
            if cosine >= least { found.near.append((earlier, cosine)) }
            if cosine >= Self.cosineOfCopies { candidates.append(index) }
            if cosine.isNaN { hasAll = false }
        }
        found.candidates = hasAll ? candidates : nil
        return found
    }

    /// The group with the same text.
    private mutating func twin(
        of place: Int,
        _ neighbours: Neighbours,
        isInFront: Bool,
        text: (Int) throws -> String
    ) rethrows -> Place? {
        let groups = isInFront ? front : back
        if let candidates = neighbours.candidates {
            guard !candidates.isEmpty else { return nil }
            let own = try text(place)
            let twin = try candidates.first { try text(groups[$0].place) == own }
            return twin.map { Place(isInFront: isInFront, index: $0) }
        }
        for index in (isInFront ? knownCounts.front : knownCounts.back)..<groups.count {
            places[try text(groups[index].place)] = Place(isInFront: isInFront, index: index)
        }
        if isInFront { knownCounts.front = groups.count } else { knownCounts.back = groups.count }
        guard !groups.isEmpty, let twin = places[try text(place)], twin.isInFront == isInFront else { return nil }
        return twin
    }

    private mutating func add(_ copy: Ranked, at place: Int, to twin: Place) {
        if twin.isInFront { front[twin.index].copies.append(copy) } else { back[twin.index].copies.append(copy) }
        lastCopy = place
    }
}
