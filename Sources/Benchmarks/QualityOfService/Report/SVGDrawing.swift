/// Lines and words as SVG, with readable colours on light and on dark paper.
struct SVGDrawing {
    private var elements: [String] = []
    let width: Int
    let height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    mutating func text(_ words: String, x: Double, y: Double, anchor: String = "start", isBold: Bool = false) {
        let weight = isBold ? " font-weight=\"bold\"" : ""
        let escaped = words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        elements.append(
            "<text x=\"\(x.text(decimals: 1))\" y=\"\(y.text(decimals: 1))\" text-anchor=\"\(anchor)\"\(weight)>\(escaped)</text>"
        )
    }

    mutating func line(_ points: [(x: Double, y: Double)], colour: String, width: Double = 1.5, isDashed: Bool = false)
    {
        let dash = isDashed ? " stroke-dasharray=\"5 3\"" : ""
        let path = points.map { "\($0.x.text(decimals: 1)),\($0.y.text(decimals: 1))" }.joined(separator: " ")
        elements.append(
            "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\"\(dash)/>"
        )
    }

    mutating func dot(x: Double, y: Double, colour: String, isFilled: Bool) {
        let place = "cx=\"\(x.text(decimals: 1))\" cy=\"\(y.text(decimals: 1))\""
        elements.append("<circle \(place) r=\"3\" stroke=\"\(colour)\" fill=\"\(isFilled ? colour : "white")\"/>")
    }

    var text: String {
        let size = "width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) font-family="sans-serif" font-size="11" fill="#222">
            <rect width="100%" height="100%" fill="white"/>
            \(elements.joined(separator: "\n"))
            </svg>

            """
    }
}
