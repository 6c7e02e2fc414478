// The format of dump files, which needs no cluster. Users import one module.
@_exported public import DumpFile
