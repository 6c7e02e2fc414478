import Tracing

extension RunSpans {
    /// Says of a span for commands on keys which commands they are.
    static func describe(_ commands: [KeyCommand], database: Int, in span: any Span) {
        let names = Set(commands.lazy.map { CommandName(wire: $0.wire) })
        span.updateAttributes { attributes in
            attributes["db.system.name"] = "redis"
            attributes["db.namespace"] = String(database)
            if names.count == 1, let name = names.first {
                attributes["db.operation.name"] = name.description
            }
            attributes["db.operation.batch.size"] = commands.count
        }
    }
}
