import ArgumentParser

/// `--any-cluster`, which every command has that goes on from a cursor.
enum AnyCluster {
    static let help = ArgumentHelp(
        "Go on even where the cluster is not the one that was begun with.",
        discussion: """
            A cursor knows its cluster, and a checkpoint of 'copy' the destination, too: by the ids of some \
            nodes, whatever their addresses are. Another one is refused, as keys would be missing. Meant \
            for a cluster all of whose nodes were replaced.
            """
    )
}
