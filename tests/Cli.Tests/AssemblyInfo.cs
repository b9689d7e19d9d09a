// Commands use all processors; two at once would only slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
