// SPDX-License-Identifier: Apache-2.0

/// One change of one entity, and what comes of it.
package struct EntityChange: Equatable, Sendable {
    /// What is done.
    package enum Kind: Equatable, Sendable {
        /// Insert Entity.
        case insert
        /// Update Entity with If-Match, Insert Or Replace Entity without.
        case replace
        /// Merge Entity with If-Match, Insert Or Merge Entity without.
        case merge
        /// Delete Entity.
        case delete
    }
    /// What is done.
    package let kind: Kind
    /// To which entity.
    package let key: EntityKey
    /// What If-Match asks; nil when it was not sent.
    package let condition: EntityTagText.Condition?
    /// What the body says.
    package let properties: [EntityProperty]

    /// Reads a change: the kind, the keys of the address (none for an insert), If-Match and the body.
    package init(
        _ kind: Kind,
        key: EntityKey?,
        ifMatch: String?,
        body: [UInt8]
    ) throws(StorageFault) {
        self.kind = kind
        condition = try EntityTagText.condition(ifMatch)
        guard kind != .delete else {
            guard condition != nil else { throw .missingRequiredHeader("If-Match") }
            guard let key else { throw .invalidURI }
            self.key = key
            properties = []
            return
        }
        let sent = try EntityProperties(body: body)
        properties = sent.properties
        if let key {
            for (named, said) in [(key.partition, sent.partition), (key.row, sent.row)] {
                guard said?.utf8.elementsEqual(named.utf8) ?? true else {
                    throw .invalidTableInput("The keys of the body are not those of the address.")
                }
            }
            self.key = key
        } else {
            guard let partition = sent.partition, let row = sent.row else { throw .propertiesNeedValue }
            guard !sent.hasTypedKeys else { throw .invalidValueType("PartitionKey or RowKey") }
            self.key = EntityKey(partition: partition, row: row)
        }
        try self.key.check()
    }
    /// Whether it may make an entity that is not there, and change one that is.
    package var isUpsert: Bool { (kind == .replace || kind == .merge) && condition == nil }

    /// What the entity is afterwards, or why it stays as it is; nil when it is gone.
    ///
    /// `fresh` is a time for its tag, later than every earlier change of it.
    func result(_ old: TableEntity?, fresh: EDMDateTime) throws(StorageFault) -> TableEntity? {
        if kind == .insert {
            guard old == nil else { throw .entityAlreadyExists }
        } else if let condition {
            guard let old else { throw .resourceNotFound }
            switch condition {
            case .any: break
            case .time(let time) where time == old.time: break
            case .time, .never: throw .updateConditionNotSatisfied
            }
        }
        guard kind != .delete else { return nil }
        var all = properties
        if kind == .merge, let old { all = old.merged(with: properties) }
        try EntityProperties.check(key, all)
        // A clock that stands or goes back must not give two states of an entity one tag.
        let time = old.map { EDMDateTime(ticks: max(fresh.ticks, $0.time.ticks + 1)) } ?? fresh
        return TableEntity(time: time, properties: all)
    }
}
