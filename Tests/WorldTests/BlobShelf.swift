// SPDX-License-Identifier: Apache-2.0

/// The container of `BlobModel` and the states of its blob.
struct BlobShelf: Hashable, Sendable {
    /// The bytes of one write.
    struct Copy: Hashable, Sendable {
        let write: Int
        /// The day from which a container's policy counts.
        var created: Int
        /// The day of its last change.
        var written: Int
        /// Its own hold and policy, and the last day of that.
        var isHeld = false
        var until: Int?
        var isLocked = false
    }
    struct Past: Hashable, Sendable {
        var copy: Copy
        /// Whether it was deleted, not replaced.
        var isBase: Bool
        /// When soft delete ends it; nil for what is still there.
        var ends: Int?
    }
    struct Policy: Hashable, Sendable {
        var days: Int
        var isLocked = false
    }
    var made = 0
    /// How often it was deleted: each time has a word of its own to restore it by.
    var burials = 0
    var current: Copy?
    var lease = BlobModel.Lease.free
    /// In the order in which they ceased to be current.
    var past: [Past] = []
    var isHeld = false
    var policy: Policy?

    init(made: Int = 0) { self.made = made }
    /// Who leases the blob; nil for nobody.
    var holder: Int? { if case .held(let holder) = lease { holder } else { nil } }
    var listing: BlobModel.Listing {
        BlobModel.Listing(
            current: current?.write,
            past: Set(past.filter { $0.ends == nil }.map(\.copy.write)),
            deleted: Set(past.filter { $0.ends != nil }.map(\.copy.write))
        )
    }

    /// As it is after a call; nil where that is refused.
    func after(_ call: BlobModel.Call, _ rules: BlobModel.Rules, _ day: Int) -> BlobShelf? {
        var next = self
        switch call {
        case .put(let write, let condition, let holder):
            guard holds(condition), holder == self.holder, next.replace(rules, day) else { return nil }
            next.current = Copy(write: write, created: day, written: day)
        case .commit(let write):
            guard holder == nil, next.replace(rules, day) else { return nil }
            next.current = Copy(write: write, created: current?.created ?? day, written: day)
        case .delete(let condition, let holder):
            guard holds(condition), holder == self.holder else { return nil }
            return next.remove(rules, day) ? next : nil
        case .undelete: return next.undelete(rules) ? next : nil
        case .deleteVersion(let write): return next.delete(write, rules, day) ? next : nil
        case .setTier: if current == nil { return nil }
        case .guarded(let guarded): return next.apply(guarded, day) ? next : nil
        default: return next.lease(call) ? next : nil
        }
        return next
    }
    mutating func expire(_ day: Int) { past.removeAll { $0.ends.map { $0 <= day } ?? false } }
    /// What a lifecycle policy does: versions and snapshots keep what is current.
    mutating func tidy(_ rules: BlobModel.Rules, _ day: Int) {
        guard let current, current.written < day, !past.contains(where: { $0.ends == nil }) else { return }
        _ = remove(rules, day)
    }

    // MARK: Blobs

    private func holds(_ condition: BlobModel.Condition) -> Bool {
        switch condition {
        case .none: true
        case .absent: current == nil
        case .write(let write): current?.write == write
        }
    }
    /// Whether a state may go; its own policy and hold go with it into a version.
    private func lets(_ copy: Copy, go day: Int, asVersion: Bool = false) -> Bool {
        if isHeld || (policy.map { day < copy.created + $0.days } ?? false) { return false }
        return asVersion || (!copy.isHeld && (copy.until.map { $0 < day } ?? true))
    }
    private mutating func replace(_ rules: BlobModel.Rules, _ day: Int) -> Bool {
        // A lease that ended is gone with the first write after it.
        if case .broken = lease { lease = .free }
        guard let current else { return true }
        // A policy whose time is over lets nothing take the place of what it kept.
        guard !isHeld, policy == nil, rules.isVersioned || (!current.isHeld && current.until == nil) else {
            return false
        }
        retire(current, isBase: false, rules, day)
        return true
    }
    private mutating func remove(_ rules: BlobModel.Rules, _ day: Int) -> Bool {
        guard let current, lets(current, go: day, asVersion: rules.isVersioned) else { return false }
        if !rules.isVersioned {
            // Snapshots go with it.
            for index in past.indices where past[index].ends == nil {
                guard lets(past[index].copy, go: day) else { return false }
                past[index].ends = rules.softDays.map { day + $0 } ?? day
            }
            if rules.softDays == nil { past = [] }
        }
        retire(current, isBase: true, rules, day)
        self.current = nil
        lease = .free
        return true
    }
    private mutating func retire(_ copy: Copy, isBase: Bool, _ rules: BlobModel.Rules, _ day: Int) {
        if rules.isVersioned {
            past.append(Past(copy: copy, isBase: false))
        } else if let days = rules.softDays {
            past.append(Past(copy: copy, isBase: isBase, ends: day + days))
        }
    }
    private mutating func undelete(_ rules: BlobModel.Rules) -> Bool {
        guard current != nil || !past.isEmpty else { return false }
        if current == nil, let last = past.lastIndex(where: { $0.ends != nil && $0.isBase }) {
            current = past.remove(at: last).copy
        }
        for index in past.indices where past[index].ends != nil {
            past[index].ends = nil
            past[index].isBase = false
        }
        return true
    }
    private mutating func delete(_ version: Int, _ rules: BlobModel.Rules, _ day: Int) -> Bool {
        guard let index = past.firstIndex(where: { $0.copy.write == version && $0.ends == nil }),
            lets(past[index].copy, go: day)
        else { return false }
        if let days = rules.softDays { past[index].ends = day + days } else { past.remove(at: index) }
        return true
    }
    private mutating func lease(_ call: BlobModel.Call) -> Bool {
        switch call {
        case .acquire(let holder):
            // Who holds it may acquire it again.
            guard current != nil, self.holder == nil || self.holder == holder else { return false }
            lease = .held(holder)
        case .release(let holder):
            guard [.held(holder), .broken(holder)].contains(lease) else { return false }
            lease = .free
        case .change(let holder, let other):
            guard [.held(holder), .held(other)].contains(lease) else { return false }
            lease = .held(other)
        case .breakLease:
            switch lease {
            case .free: return false
            case .held(let holder), .broken(let holder): lease = .broken(holder)
            }
        default: return false
        }
        return true
    }

    // MARK: Policies and holds

    private mutating func apply(_ change: BlobModel.Guard, _ day: Int) -> Bool {
        switch change {
        case .hold(let isHeld): self.isHeld = isHeld
        case .policy(let days):
            guard policy?.isLocked != true else { return false }
            policy = Policy(days: days)
        case .lock:
            guard policy != nil else { return false }
            policy?.isLocked = true
        case .extend(let days):
            guard let old = policy, old.isLocked, days > old.days else { return false }
            policy?.days = days
        case .lift:
            guard let old = policy, !old.isLocked else { return false }
            policy = nil
        case .ownHold(let write, let isHeld):
            return edit(write) {
                $0.isHeld = isHeld; return true
            }
        case .ownPolicy(let write, let until, let isLocked):
            return edit(write) { copy in
                guard until >= day else { return false }
                if copy.isLocked, let old = copy.until, old >= day {
                    guard isLocked, until >= old else { return false }
                }
                (copy.until, copy.isLocked) = (until, isLocked)
                return true
            }
        case .ownLift(let write):
            return edit(write) { copy in
                if copy.isLocked, let old = copy.until, old >= day { return false }
                (copy.until, copy.isLocked) = (nil, false)
                return true
            }
        }
        return true
    }
    private mutating func edit(_ write: Int, _ apply: (inout Copy) -> Bool) -> Bool {
        if var copy = current, copy.write == write {
            defer { current = copy }
            return apply(&copy)
        }
        guard let index = past.firstIndex(where: { $0.copy.write == write && $0.ends == nil }) else { return false }
        return apply(&past[index].copy)
    }
}
