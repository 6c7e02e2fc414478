/// Divides a rectangle among weights: each gets an area in proportion, none much longer than wide.
///
/// The squarified layout of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
package enum Treemap {
    package struct Rectangle: Hashable, Sendable {
        package var x: Double
        package var y: Double
        package var width: Double
        package var height: Double

        package init(x: Double, y: Double, width: Double, height: Double) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// - Parameters:
    ///   - weights: Above 0, the largest first.
    ///   - frame: What to divide.
    /// - Returns: A rectangle for each weight, in their order.
    package static func layout(_ weights: [Double], in frame: Rectangle) -> [Rectangle] {
        let sum = weights.reduce(0, +)
        guard sum > 0, frame.width > 0, frame.height > 0 else { return [] }
        let scale = frame.width * frame.height / sum
        var areas = weights.map { $0 * scale }[...]
        var free = frame
        var result: [Rectangle] = []
        while let first = areas.first {
            let side = min(free.width, free.height)
            var row = [first]
            while areas.count > row.count {
                let longer = row + [areas[areas.startIndex + row.count]]
                guard worstRatio(longer, side) <= worstRatio(row, side) else { break }
                row = longer
            }
            areas = areas.dropFirst(row.count)
            place(row, in: &free, &result)
        }
        return result
    }

    private static func worstRatio(_ row: [Double], _ side: Double) -> Double {
        let sum = row.reduce(0, +)
        guard let smallest = row.min(), let largest = row.max(), smallest > 0 else { return .infinity }
        return max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest))
    }

    private static func place(_ row: [Double], in free: inout Rectangle, _ result: inout [Rectangle]) {
        let sum = row.reduce(0, +)
        if free.width >= free.height {
            let width = free.height > 0 ? sum / free.height : 0
            var y = free.y
            for area in row {
                let height = width > 0 ? area / width : 0
                result.append(Rectangle(x: free.x, y: y, width: width, height: height))
                y += height
            }
            free.x += width
            free.width = max(0, free.width - width)
        } else {
            let height = free.width > 0 ? sum / free.width : 0
            var x = free.x
            for area in row {
                let width = height > 0 ? area / height : 0
                result.append(Rectangle(x: x, y: free.y, width: width, height: height))
                x += width
            }
            free.y += height
            free.height = max(0, free.height - height)
        }
    }
}
