/// A device as the others of its space know it.
package struct Device: Hashable, Sendable {
    /// What people call it.
    package var name: String
    /// The role under which it reaches the hub, where the hub has roles; else empty.
    package var role: String
    /// Ed25519, 32 bytes.
    package var signingKey: [UInt8]
    /// X25519, 32 bytes: what keys of new epochs are wrapped for.
    package var agreementKey: [UInt8]

    /// Its identifier, which follows from the signing key.
    package var id: DeviceID { DeviceID(signingKey: signingKey) }
}
