extension [UInt8] {
    /// Removes byte order marks at the beginning, also where white space is around them: an editor or a program that joins
    /// files may have put them there. Without a mark nothing is removed.
    package mutating func removeLeadingMarks() {
        removeFirst(leadingMarksLength)
    }

    /// The length of the byte order marks at the beginning, with the white space in front of them.
    var leadingMarksLength: Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var (length, place) = (0, 0)
        while place < count {
            if self[place...].starts(with: mark) {
                place += mark.count
                length = place
            } else if self[place] == 0x20 || (0x09...0x0D).contains(self[place]) {
                place += 1
            } else {
                break
            }
        }
        return length
    }
}
