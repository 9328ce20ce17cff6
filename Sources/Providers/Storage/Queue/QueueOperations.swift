// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// Azure's names of what the queue surface does: role definitions hold them.
enum QueueAction {
    private static let service = "Microsoft.Storage/storageAccounts/queueServices"
    private static let queues = "\(service)/queues"
    static let serviceRead = "\(service)/read"
    static let serviceWrite = "\(service)/write"
    static let delegationKey = "\(service)/generateUserDelegationKey/action"
    static let queueRead = "\(queues)/read"
    static let queueWrite = "\(queues)/write"
    static let queueDelete = "\(queues)/delete"
    static let getACL = "\(queues)/getAcl/action"
    static let setACL = "\(queues)/setAcl/action"
    static let read = "\(queues)/messages/read"
    static let write = "\(queues)/messages/write"
    static let delete = "\(queues)/messages/delete"
    static let add = "\(queues)/messages/add/action"
    static let process = "\(queues)/messages/process/action"
}

extension StorageProvider {
    static var queueOperations: [Row] { queueServiceRows + queueRows + queueLooks + messageRows }

    private static var queueServiceRows: [Row] {
        let service = ["restype": "service", "comp": "properties"]
        return [
            .reads(
                "queues.list",
                .queue,
                .get("/", query: ["comp": "list"]),
                .control(QueueAction.queueRead),
                pageMax: ListQuery.resultsMax,
                proof: .client("az storage queue list"),
                listQueues
            ),
            .reads(
                "queueService.getProperties",
                .queue,
                .get("/", query: service),
                .control(QueueAction.serviceRead),
                proof: .client("queues.get_service_properties"),
                getQueueService
            ),
            .writes(
                "queueService.setProperties",
                .queue,
                .put("/", query: service),
                .control(QueueAction.serviceWrite),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("queues.set_service_properties"),
                setQueueService
            ),
            .reads(
                "queueService.getUserDelegationKey",
                .queue,
                Route(.post, "/", query: ["restype": "service", "comp": "userdelegationkey"]),
                .control(QueueAction.delegationKey),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("queues.get_user_delegation_key"),
                getQueueDelegationKey
            ),
        ]
    }
    private static var queueRows: [Row] {
        let path = "/{queue}"
        return [
            .writes(
                "queue.create",
                .queue,
                .put(path),
                .control(QueueAction.queueWrite),
                bodyMax: 0,
                proof: .client("az storage queue create"),
                createQueue
            ),
            .writes(
                "queue.delete",
                .queue,
                .delete(path),
                .control(QueueAction.queueDelete),
                bodyMax: 0,
                proof: .client("az storage queue delete"),
                deleteQueue
            ),
            .writes(
                "queue.setMetadata",
                .queue,
                .put(path, query: ["comp": "metadata"]),
                .control(QueueAction.queueWrite),
                bodyMax: 0,
                proof: .client("az storage queue metadata update"),
                setQueueMetadata
            ),
            .writes(
                "queue.setACL",
                .queue,
                .put(path, query: ["comp": "acl"]),
                .control(QueueAction.setACL),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("az storage queue policy create"),
                setQueueACL
            ),
        ]
    }
    /// One row for each of GET and HEAD; the second one's name ends in `Head`.
    private static var queueLooks: [Row] {
        let looks: [(String, String, String, String, Row.Reads)] = [
            ("getMetadata", "metadata", QueueAction.queueRead, "az storage queue metadata show", getQueueMetadata),
            ("getACL", "acl", QueueAction.getACL, "az storage queue policy list", getQueueACL),
        ]
        return looks.flatMap { verb, comp, action, words, run in
            [("", HTTPRequest.Method.get), ("Head", .head)].map { suffix, method in
                .reads(
                    "queue.\(verb)\(suffix)",
                    .queue,
                    Route(method, "/{queue}", query: ["comp": comp]),
                    .control(action),
                    proof: .client(words),
                    run
                )
            }
        }
    }
    private static var messageRows: [Row] {
        let path = "/{queue}/messages"
        return [
            .writes(
                "messages.put",
                .queue,
                .post(path),
                .data(QueueAction.add),
                bodyMax: QueueLimits.bodyBytesMax,
                proof: .client("az storage message put"),
                putMessage
            ),
            .writes(
                "messages.get",
                .queue,
                .get(path),
                .data(QueueAction.process),
                bodyMax: 0,
                proof: .client("az storage message get"),
                getMessages
            ),
            .reads(
                "messages.peek",
                .queue,
                .get(path, query: ["peekonly": "true"]),
                .data(QueueAction.read),
                pageMax: QueueLimits.messagesMax,
                proof: .client("az storage message peek"),
                peekMessages
            ),
            .writes(
                "messages.clear",
                .queue,
                .delete(path),
                .data(QueueAction.delete),
                bodyMax: 0,
                proof: .client("az storage message clear"),
                clearMessages
            ),
            .writes(
                "message.delete",
                .queue,
                .delete(path + "/{message}"),
                .data(QueueAction.process),
                bodyMax: 0,
                proof: .client("az storage message delete"),
                deleteMessage
            ),
            .writes(
                "message.update",
                .queue,
                .put(path + "/{message}"),
                .data(QueueAction.write),
                bodyMax: QueueLimits.bodyBytesMax,
                proof: .client("az storage message update"),
                updateMessage
            ),
        ]
    }
}
