// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct ResourceJourneys {
        @Test func `a resource group is created, found, changed and deleted`() async throws {
            try await Az.servicePrincipal().walk([
                az("group exists -n walk", prints: "false"),
                az(
                    "group create -n walk -l francecentral --tags env=test owner=me --query "
                        + "properties.provisioningState",
                    prints: "Succeeded"
                ),
                az("group exists -n WALK", prints: "true"),
                az("group list --query \"[?name=='walk'].location\"", prints: "francecentral"),
                az("group list --tag env=test --query [].name", prints: "walk"),
                az(
                    "group show -n Walk --query [name,type,tags.owner]",
                    prints: "walk Microsoft.Resources/resourceGroups me"
                ),
                az("group show -n walk --query id", prints: "<subscription>/resourceGroups/walk"),
                az("group update -n walk --tags env=prod --query tags.env", prints: "prod"),
                az("group update -n walk --set tags.more=1 --query tags.more", prints: "1"),
                az("group create -n walk -l francesouth", fails: "InvalidResourceGroupLocation"),
                az("group delete -n walk --yes"),
                az("group exists -n walk", prints: "false"),
                az("group show -n walk", fails: "ResourceGroupNotFound"),
            ])
        }

        @Test func `what may not be is refused with the service's own code`() async throws {
            try await Az.servicePrincipal().walk([
                az("group show -n nowhere", fails: "ResourceGroupNotFound"),
                az("group delete -n nowhere --yes", fails: "ResourceGroupNotFound"),
                az("group create -n 'no spaces?' -l francecentral", fails: "InvalidResourceGroup"),
                az("group create -n dotted. -l francecentral", fails: "InvalidResourceGroup"),
                az("group create -n abroad -l eastus", fails: "LocationNotAvailable", "InvalidLocation"),
                az("storage account create -g nowhere -n nowhere123 -l francecentral", fails: "ResourceGroupNotFound"),
                az(
                    "storage account show -n missing12345 -g nowhere",
                    fails: "ResourceGroupNotFound",
                    "ResourceNotFound"
                ),
                az("provider show -n Microsoft.Nonsense", fails: "InvalidResourceNamespace"),
            ])
        }

        @Test func `tags are created, merged, replaced and deleted through their own resource`() async throws {
            try await Az.servicePrincipal().walk([
                az("group create -n tagged -l francecentral --query id", saves: "group"),
                az("tag create --resource-id <group> --tags a=1 b=2 --query properties.tags.a", prints: "1"),
                az(
                    "tag update --resource-id <group> --operation Merge --tags b=3 c=4 --query properties.tags.[a,b,c]",
                    prints: "1 3 4"
                ),
                az(
                    "tag update --resource-id <group> --operation Delete --tags a=1 --query length(properties.tags)",
                    prints: "2"
                ),
                az(
                    "tag update --resource-id <group> --operation Replace --tags d=5 --query keys(properties.tags)",
                    prints: "d"
                ),
                az("tag list --resource-id <group> --query properties.tags.d", prints: "5"),
                az("group show -n tagged --query tags.d", prints: "5"),
                az("tag delete --resource-id <group> --yes"),
                az("group show -n tagged --query \"length(tags || `{}`)\"", prints: "0"),
                az("group delete -n tagged --yes"),
            ])
        }

        @Test func `resources are listed, shown and tagged without knowing their type`() async throws {
            let typed = "-g kinds -n kinds4711 --resource-type Microsoft.Storage/storageAccounts"
            try await Az.servicePrincipal().walk([
                az("provider show -n Microsoft.Storage --query registrationState", prints: "Registered"),
                az(
                    "provider list --query \"[?namespace=='Microsoft.Storage'].registrationState\"",
                    prints: "Registered"
                ),
                az("provider register -n Microsoft.Storage --wait"),
                az("group create -n kinds -l francecentral"),
                az("resource list -g kinds --query length(@)", prints: "0"),
                az(
                    "storage account create -g kinds -n kinds4711 -l francecentral --sku Standard_LRS --query id",
                    saves: "account"
                ),
                az("resource list -g kinds --query [].name", prints: "kinds4711"),
                az(
                    "resource list --resource-type Microsoft.Storage/storageAccounts -g kinds --query [].id",
                    prints: "<account>"
                ),
                az("resource show \(typed) --query [location,kind]", prints: "francecentral StorageV2"),
                az("resource show --ids <account> --query name", prints: "kinds4711"),
                az("resource tag \(typed) --tags team=blue --query tags.team", prints: "blue"),
                az("resource list --tag team=blue --query [].name", prints: "kinds4711"),
                az("resource delete --ids <account>"),
                az("resource show --ids <account>", fails: "ResourceNotFound"),
                az("group delete -n kinds --yes"),
            ])
        }

        @Test func `a lock refuses deletion, of the group and of all within, until it is taken off`() async throws {
            try await Az.administrator().walk([
                az("group create -n guarded -l francecentral"),
                az("storage account create -g guarded -n guarded4711 -l francecentral --sku Standard_LRS"),
                az("lock create -n keep --lock-type CanNotDelete -g guarded --query level", prints: "CanNotDelete"),
                az("lock list -g guarded --query [].name", prints: "keep"),
                az("lock show -n keep -g guarded --query level", prints: "CanNotDelete"),
                az("group delete -n guarded --yes", fails: "ScopeLocked"),
                az("storage account delete -g guarded -n guarded4711 --yes", fails: "ScopeLocked"),
                az(
                    "storage account update -g guarded -n guarded4711 --tags still=writable --query tags.still",
                    prints: "writable"
                ),
                az("lock create -n still --lock-type ReadOnly -g guarded --query level", prints: "ReadOnly"),
                az("group update -n guarded --tags a=b", fails: "ScopeLocked"),
                az("storage account keys list -g guarded -n guarded4711", fails: "ScopeLocked"),
                az("lock delete -n still -g guarded"),
                az("lock delete -n keep -g guarded"),
                az("lock list -g guarded --query length(@)", prints: "0"),
                az("group delete -n guarded --yes"),
                az("storage account list --query \"length([?name=='guarded4711'])\"", prints: "0"),
            ])
        }

        @Test func `a policy says where a subscription's resources may lie`() async throws {
            // Both places: other journeys use the subscription meanwhile. What a narrower one refuses, provider tests say.
            let parameters = "{'listOfAllowedLocations':{'value':['francecentral','francesouth']}}"
            try await Az.administrator().walk([
                az(
                    "policy assignment create -n stay --policy e56962a6-4747-49cd-b67b-bf8b01975c4c "
                        + "--params \"\(parameters)\" --query name",
                    prints: "stay"
                ),
                az("policy assignment list --query [].name", prints: "stay"),
                az("policy assignment show -n stay --query enforcementMode", prints: "Default"),
                az("policy assignment delete -n stay"),
                az("policy assignment list --query length(@)", prints: "0"),
                az(
                    "policy assignment create -n other --policy 1f3afdf9-d0c9-4c3d-847f-89da613e70a8",
                    fails: "NotImplemented"
                ),
            ])
        }

        @Test func `the activity log tells who did what`() async throws {
            let events = "monitor activity-log list -g logged --offset 1h --query"
            let write = "Microsoft.Resources/subscriptions/resourceGroups/write"
            try await Az.servicePrincipal().walk([
                az("group create -n logged -l francecentral"),
                az("group update -n logged --tags a=b"),
                az(
                    "\(events) \"length([?operationName.value=='\(write)']) > `0`\"",
                    prints: "true"
                ),
                az("\(events) \"length([?resourceGroupName!='logged'])\"", prints: "0"),
                az("\(events) \"[0].[caller, status.value]\"", contains: "Succeeded"),
                az("group delete -n logged --yes"),
            ])
        }
    }
}
