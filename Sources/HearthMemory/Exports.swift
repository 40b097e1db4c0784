// `import HearthMemory` gives everything a host needs: the values it speaks of are those of the store.
@_exported public import HearthEmbedding
@_exported public import HearthStore
