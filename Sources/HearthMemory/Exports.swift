// `import HearthMemory` gives a host everything that it needs: the values that it speaks of, and the embedders that it may choose from.
// The embedders are a module of their own because a type alias would not carry their initializers along.
@_exported public import HearthEmbedding
@_exported public import HearthModel
