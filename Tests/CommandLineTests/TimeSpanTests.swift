import Testing

import cluster_scan
