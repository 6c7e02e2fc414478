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
