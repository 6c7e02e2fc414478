// What a scan decides with: cursors, slots, patterns, options, errors. Users import one module.
@_exported public import ScanCore
