// `import HearthMemory` gives a host everything that it needs: the values that it names, and the embedders and providers of
// keys that it may choose from. The modules are exported whole because a type alias would not carry initializers along.
@_exported public import HearthEmbedding
@_exported public import HearthKeys
@_exported public import HearthModel

// What a key provider of a host's own returns.
@_exported public import struct Crypto.SymmetricKey
