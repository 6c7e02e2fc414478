// What of the command line needs neither a network nor a scanner: text, settings, files.
@_exported public import CommandLineCore
