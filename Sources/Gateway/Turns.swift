// SPDX-License-Identifier: Apache-2.0

/// Jobs that wait for one thread, by whose they are: next comes who has had the least time.
///
/// Start-time fair queueing (Goyal, Vin and Cheng, 1996), but for a job's length, which is known only once it has run.
/// Who comes anew has had as much as whoever is being served: neither time alone nor time away is made up for. It lies in
/// the target that uses it: unspecialized, its bookkeeping costs more than the jobs' own changes of tasks.
package struct Turns<Who: Hashable, Job> {
    /// More than this is not held against anyone for one job: beyond it the machine stood still.
    ///
    /// Below it all of it is: whose jobs take long has them seldom.
    package static var jobMaxNanoseconds: Int64 { 500_000_000 }

    struct Lane {
        /// Nil while the place is free.
        var who: Who?
        var jobs = Line<Job>()
        /// Those that may add jobs.
        var users = 1
        /// The time it has had.
        var had: Int64 = 0
        init(of who: Who) { self.who = who }
    }
    // Changed where they lie: taking one out, as an optional in a list is, copies what waits in it.
    var lanes: [Lane] = []
    var free: [Int] = []
    var places: [Who: Int] = [:]
    /// The places with jobs, those that came first before others.
    ///
    /// As many as wait at once, which are few: they are looked through for each job.
    var waiting: [Int] = []
    /// What those being served have had.
    var served: Int64 = 0

    package init() {}

    /// Whether nothing waits.
    package var isEmpty: Bool { waiting.isEmpty }
    /// How many have a place, whether or not a job of theirs waits.
    package var count: Int { places.count }

    /// The place of one who will add jobs; `leave` gives it back.
    package mutating func join(_ who: Who) -> Int {
        if let place = places[who] {
            lanes[place].users += 1
            return place
        }
        let place = free.popLast() ?? lanes.count
        if place == lanes.count { lanes.append(Lane(of: who)) } else { lanes[place] = Lane(of: who) }
        places[who] = place
        return place
    }
    /// To be called once for each `join`; jobs that wait are still run.
    package mutating func leave(_ place: Int) {
        lanes[place].users -= 1
        settle(place)
    }
    /// Adds a job of one who has joined, behind the others of the same one or before them.
    package mutating func add(_ job: Job, at place: Int, isFirst: Bool = false) {
        precondition(lanes[place].who != nil, "a job is of somebody who joined")
        if lanes[place].jobs.isEmpty {
            lanes[place].had = max(lanes[place].had, served)
            waiting.append(place)
        }
        if isFirst { lanes[place].jobs.prepend(job) } else { lanes[place].jobs.append(job) }
    }
    /// The next job, and whose place it is from; `ran` is to be told how long it took.
    package mutating func next() -> (job: Job, place: Int)? {
        guard var best = waiting.indices.first else { return nil }
        if waiting.count > 1 {
            for other in waiting.indices where lanes[waiting[other]].had < lanes[waiting[best]].had { best = other }
        }
        let place = waiting[best]
        served = lanes[place].had
        guard let job = lanes[place].jobs.popFirst() else { preconditionFailure("who waits has a job") }
        waiting.remove(at: best)
        if !lanes[place].jobs.isEmpty { waiting.append(place) }
        settle(place)
        return (job, place)
    }
    /// The job from there has taken so long.
    package mutating func ran(_ place: Int, nanoseconds: Int64) {
        lanes[place].had += min(nanoseconds, Self.jobMaxNanoseconds)
    }

    mutating func settle(_ place: Int) {
        guard lanes[place].users == 0, lanes[place].jobs.isEmpty, let who = lanes[place].who else { return }
        places[who] = nil
        lanes[place].who = nil
        free.append(place)
    }
}

/// First in, first out; it lets go of an element as it leaves.
struct Line<Element> {
    var elements: [Element?] = []
    var head = 0

    init() {}
    var isEmpty: Bool { head == elements.count }
    mutating func append(_ element: Element) { elements.append(element) }
    /// Puts an element before the others.
    mutating func prepend(_ element: Element) {
        guard head > 0 else { return elements.insert(element, at: 0) }
        head -= 1
        elements[head] = element
    }
    mutating func popFirst() -> Element? {
        guard head < elements.count, let element = elements[head] else { return nil }
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: elements.capacity <= Self.emptyMax)
            head = 0
        } else if head >= Self.emptyMax {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
    /// Places of elements that have left are kept up to so many.
    static var emptyMax: Int { 256 }
}
