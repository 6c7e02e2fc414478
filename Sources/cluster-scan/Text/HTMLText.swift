/// Text in a page.
package enum HTMLText {
    /// The text, with everything replaced that means something in HTML, in elements as in quoted attributes,
    /// and with what is no character there shown as U+FFFD.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.isControl || scalar.isDeceptive: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Elements of a drawing in a page.
enum SVGText {
    static func number(_ value: Double) -> String {
        NumberText.fixed(value, decimals: 1)
    }

    static func rectangle(
        _ frame: Treemap.Rectangle,
        style: String,
        title: String,
        radius: Int = 2
    ) -> String {
        "<rect x=\"\(number(frame.x))\" y=\"\(number(frame.y))\" width=\"\(number(frame.width))\" "
            + "height=\"\(number(frame.height))\" rx=\"\(radius)\" style=\"\(style)\">"
            + "<title>\(HTMLText.escaped(title))</title></rect>\n"
    }

    static func text(
        _ text: String,
        x: Double,
        y: Double,
        anchor: String = "start",
        style: String = "label"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" class=\"\(style)\">"
            + "\(HTMLText.escaped(text))</text>\n"
    }

    static func drawing(width: Int, height: Int, label: String, _ content: String) -> String {
        "<div class=\"scroll\"><svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" "
            + "aria-label=\"\(HTMLText.escaped(label))\">\n" + content + "</svg></div>\n"
    }
}
