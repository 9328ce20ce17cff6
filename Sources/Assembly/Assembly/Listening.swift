// SPDX-License-Identifier: Apache-2.0
// Glibc: sockets that are bound for a look.
import Glibc

/// An IP address that may be listened on.
struct ListeningAddress: Sendable {
    let text: String
    private enum Family {
        case four(in_addr)
        case six(in6_addr)
    }
    private let family: Family

    /// Nil when the text is no IP address.
    init?(_ text: String) {
        self.text = text
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            family = .four(four)
        } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            family = .six(six)
        } else {
            return nil
        }
    }

    /// A socket bound to a port of this address; nil, with errno telling why, when it may not be.
    func bound(to port: Int) -> CInt? {
        switch family {
        case .four(let address):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = in_port_t(port).bigEndian
            name.sin_addr = address
            return Self.bound(AF_INET, name)
        case .six(let address):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = in_port_t(port).bigEndian
            name.sin6_addr = address
            return Self.bound(AF_INET6, name)
        }
    }
    private static func bound<Name>(_ family: CInt, _ name: Name) -> CInt? {
        let socket = Glibc.socket(family, CInt(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        // As the server binds: connections of a former life that are not over yet are no reason.
        var yes: CInt = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var name = name
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
        guard result == 0 else {
            let why = errno
            close(socket)
            errno = why
            return nil
        }
        return socket
    }
}

/// Whether a region could listen, found out before anything is opened or founded.
enum Listening {
    /// Why these addresses cannot be bound, with the way out; nil when they can.
    static func problem(_ addresses: [String], port: Int) -> String? {
        var sockets: [CInt] = []
        // All at once: of addresses that overlap the second is refused.
        defer { for socket in sockets { close(socket) } }
        for text in addresses {
            guard let address = ListeningAddress(text) else { return "'\(text)' is no IP address" }
            guard let socket = address.bound(to: port) else { return words(errno, text, port) }
            sockets.append(socket)
        }
        return nil
    }
    private static func words(_ why: CInt, _ address: String, _ port: Int) -> String {
        let place = "port \(port) of \(address)"
        switch why {
        case EADDRINUSE:
            return "\(place) is in use: stop what listens there (ss -ltnp), or choose another port (--port)."
        case EACCES:
            return "\(place) may not be bound by this user: choose a port above 1023 (--port), or allow it "
                + "(setcap cap_net_bind_service=+ep on the program)."
        case EADDRNOTAVAIL: return "\(address) is no address of this machine: mend 'addresses' in the configuration."
        default: return "\(place) cannot be bound: \(unsafe String(cString: strerror(why)))."
        }
    }
}
