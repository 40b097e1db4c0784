import ArgumentParser
import HearthMemory

/// The constants of ranking, where they are to be others than the defaults.
struct TuningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave out a part of ranking; may be given several times.",
            valueName: "part"
        )
    )
    var without: [RankingPart] = []

    @Option(
        help: ArgumentHelp(
            "Set a constant of SearchTuning, as in semanticShare=0.3; may be given several times.",
            valueName: "name=value"
        )
    )
    var set: [TuningSetting] = []

    /// The defaults, changed by what is set, less what is left out.
    var value: SearchTuning {
        var tuning = SearchTuning()
        for setting in set { tuning[keyPath: setting.path] = setting.value }
        for part in without { part.leave(&tuning) }
        return tuning
    }
}

/// A part of ranking that can be left out, to see what it is worth.
enum RankingPart: String, CaseIterable, ExpressibleByArgument {
    /// What the neighbours in the session hold.
    case context
    /// Dates in the question.
    case dates
    /// Words side by side as in the question.
    case pairs
    /// The embeddings.
    case meaning
    /// How new a memory is.
    case recency
    /// How important it is.
    case importance

    /// Sets the constants of the part so that it counts nothing.
    func leave(_ tuning: inout SearchTuning) {
        switch self {
        case .context: (tuning.nearContext, tuning.farContext) = (0, 0)
        case .dates: tuning.dateWeight = 0
        case .pairs: tuning.pairWeight = 0
        case .meaning: (tuning.semanticShare, tuning.semanticFloor) = (0, 2)
        case .recency: tuning.recencyBoost = 0
        case .importance: tuning.importanceBoost = 0
        }
    }
}

/// One constant and what it is to be.
struct TuningSetting: ExpressibleByArgument {
    var path: any WritableKeyPath<SearchTuning, Float> & Sendable
    var value: Float

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let path = SearchTuning.constants[String(parts[0])], let value = Float(parts[1]),
            value.isFinite
        else { return nil }
        self.path = path
        self.value = value
    }
}
