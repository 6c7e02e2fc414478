/// The variables that hold the passphrases of keys.
package enum KeyPassphrase {
    package static let variable = "CLUSTER_SCAN_KEY_PASSPHRASE"
    package static let destinationVariable = "CLUSTER_SCAN_TO_KEY_PASSPHRASE"
}
