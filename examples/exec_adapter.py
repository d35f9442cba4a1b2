#!/usr/bin/env python3
"""A target for `ipamconf run --target "exec:python3 exec_adapter.py"`, in Python, with nothing but its standard library.

The lower half is the adapter: it reads one JSON object a line, does what it says, and answers with one line. The upper
half is what you would replace with calls to your own server: a small implementation of ReplicateServer ([MS-IPAMM2]
3.19.4.4.1.31) over tables in memory. Other operations and messages as XML are not offered, and said to be so.
"""

import ipaddress
import json
import sys

OPERATIONS = """
    EditDhcpServer ApplyServerConfigurationTemplate CreateDhcpScope EditDhcpScope DeleteDhcpScope
    ApplyScopeConfigurationTemplate AddScopesToSuperscope RemoveScopesFromSuperscope RenameSuperscope
    DeleteSuperscopes SetSuperscopeActivationStatus CreateDhcpServerPolicy CreateDhcpScopePolicy UpdatePolicy
    DeletePolicy UpdatePolicyProperty MovePolicyProcessingOrder CreateDhcpReservation DeleteDhcpReservation
    DeleteDhcpReservationCollection SetDhcpReservation SetDhcpReservationCollection CreateDhcpFailover
    EditDhcpFailover AddDhcpFailoverScopes RemoveDhcpFailoverScopes DeleteDhcpFailover ResetConfigSyncStatus
    ReplicateScope ReplicateRelation ReplicateServer CreateDhcpFilters UpdateDhcpFilter UpdateDhcpFilters
    DeleteDhcpFilters CreateIpamIPAddress UpdateIpamIPAddress CreateDnsResourceRecords
    DeleteDnsResourceRecords UpdateDnsResourceRecords UpdateDnsResourceRecord CreateDnsZone DeleteDnsZones
    UpdateDnsZones DnsZonesTransfer ReloadDnsZones CreateDnsConditionalForwarders
    UpdateDnsConditionalForwarders DeleteDnsConditionalForwarders
""".split()
PARAMETERS = """
    IpamOperationWithProgressParameters AddScopesToSuperscopeParameters ApplyDhcpServerConfigurationParameters
    CreateDhcpFiltersParameters CreateDhcpReservationParameters CreateDhcpScopeParameters
    CreateDhcpScopePolicyParameters CreateDhcpServerPolicyParameters CreateDnsResourceRecordsParameters
    CreateDnsZoneParameters CreateIpamIPAddressParameters DeleteDhcpFiltersParameters
    DeleteDhcpReservationCollectionParameters DeleteDhcpReservationParameters DeleteDhcpScopeParameters
    DeleteDnsResourceRecordsParameters DeleteDnsZonesParameters DeletePolicyParameters
    DeleteSuperscopesParameters DhcpFailoverDeleteParameters DhcpFailoverParameters
    DhcpFailoverRemoveScopesParameters DhcpFailoverWithScopesParameters DnsConditionalForwardersParameters
    DnsZonesTransferParameters MovePolicyProcessingOrderParameters MultiUpdateDnsResourceRecordParameters
    ReloadDnsZonesParameters RemoveScopesFromSuperscopeParameters RenameSuperscopeParameters
    ReplicateRelationParameters ReplicateScopeParameters ReplicateServerParameters
    ResetConfigSyncStatusParameters SetDhcpReservationCollectionParameters SetDhcpReservationParameters
    SetSuperscopeActivationStatusParameters UpdateDhcpFilterParameters UpdateDhcpFiltersParameters
    UpdateDhcpScopeParameters UpdateDhcpServerParameters UpdateDnsResourceRecordParameters
    UpdateDnsZonesParameters UpdateIpamIPAddressParameters UpdatePolicyParameters
    UpdatePolicyPropertiesParameters
""".split()
SERVERS, SCOPES = "ADM_DHCPServersTable", "ADM_DHCPScopesTable"
RELATIONS, ASSOCIATIONS = "ADM_DhcpFailoverRelationTable", "ADM_DhcpScopeFailoverTable"
RANGES, OPTIONS = "ADM_IPRangeTable", "ADM_DhcpOptionsTable"
V4 = "InterNetwork"
# The columns that a copy takes over from its source (3.19.4.4.1.4, and what belongs to a configuration besides).
TAKEN_OVER = """
    ScopeId ScopeName Status SubnetDelay LeaseDurationType LeaseDuration ServingClientsType StartAddress EndAddress
    SubnetMask PrefixLength Description BootpLeaseDurationType BootpLeaseDuration DnsUpdateType
    DnsNameProtectionStatus DiscardDnsRecordOnLeaseDeletionStatus DnsNotRequestingClientsUpdateType
""".split()
TICK_MS, GRACE = 15_000, 3
FAILOVER_ROLES = ["IPAM DHCP Administrator", "IPAM MSM Administrator", "IPAM Administrator"]


class Unsupported(Exception):
    """This target does not offer it."""


class Refused(Exception):
    """The store does not take a change."""


class Fault(Exception):
    """An IpamException ([MS-IPAMM2] 2.2.4.247) in the JSON form of the protocol."""

    def __init__(self, exception_id, message, inner=None):
        super().__init__(message)
        self.detail = {"ExceptionId": exception_id, "ExceptionMessage": message}
        if inner is not None:
            self.detail["InnerIpamException"] = inner.detail


class NotDecoded(Exception):
    """A message that cannot be read."""


def member(element, name):
    """A member of an object in a message; None where it is absent or nil."""
    return next((value for key, value in element["members"] if key == name), None)


def number(text):
    try:
        return int(text or 0)
    except (TypeError, ValueError):
        raise NotDecoded(text) from None


class Store:
    """The tables: each a dictionary of rows by family and RecordId; the simple ones have one family."""

    def __init__(self, tables):
        self.tables = {name: {self.key(row): row for row in rows} for name, rows in tables.items()}
        ids = [key[1] for rows in self.tables.values() for key in rows]
        for server in self.tables[SERVERS].values():
            for entries in ("OptionDefinitions", "VendorClasses", "UserClasses"):
                ids += [entry["RecordId"] for entry in server[entries]]
        self.last = max(ids, default=0)

    @staticmethod
    def key(row):
        return row.get("AddressFamily", V4), row["RecordId"]

    def rows(self, table, **columns):
        """The rows with these values, in the order of their ids."""
        found = [r for r in self.tables[table].values() if all(r[c] == v for c, v in columns.items())]
        return sorted(found, key=lambda row: row["RecordId"])

    def row(self, table, record_id, family=V4):
        return self.tables[table].get((family, record_id))

    def put(self, table, row):
        """Replaces a row, or inserts one that has no RecordId yet."""
        if not row.get("RecordId"):
            self.last += 1
            row["RecordId"] = self.last
        self.tables[table][self.key(row)] = row
        return row

    def delete(self, table, **columns):
        for row in self.rows(table, **columns):
            del self.tables[table][self.key(row)]

    def delete_scope(self, family, record_id):
        self.delete(SCOPES, AddressFamily=family, RecordId=record_id)
        self.delete(RANGES, AddressFamily=family, ScopeRecordId=record_id)
        self.delete(OPTIONS, AddressFamily=family, ScopeRecordId=record_id)
        if family == V4:
            self.delete(ASSOCIATIONS, ScopeId=record_id)

    def change(self, change):
        """Somebody else changes the store; foreign keys do what the document says."""
        if "delete" in change:
            table, family, record_id = change["delete"], change["AddressFamily"], change["RecordId"]
            if table == SCOPES:
                self.delete_scope(family, record_id)
            elif table == RELATIONS:
                self.delete(ASSOCIATIONS, FailoverRelationId=record_id)
                self.delete(RELATIONS, RecordId=record_id)
            else:
                ends = ("Server1RecordId", "Server2RecordId")
                if family == V4 and any(self.rows(RELATIONS, **{end: record_id}) for end in ends):
                    raise Refused("a relationship refers to the server")
                for scope in self.rows(SCOPES, AddressFamily=family, DHCPServerRecordId=record_id):
                    self.delete_scope(family, scope["RecordId"])
                self.delete(SERVERS, AddressFamily=family, RecordId=record_id)
        elif change["put"] == SCOPES:
            scope = self.put(SCOPES, change["row"])
            self.put_range(scope, change["range"])
            if change.get("relations") is not None:
                self.delete(ASSOCIATIONS, ScopeId=scope["RecordId"])
                for relation in change["relations"]:
                    self.put(ASSOCIATIONS, {"FailoverRelationId": relation, "ScopeId": scope["RecordId"]})
        else:
            self.put(change["put"], change["row"])

    def put_range(self, scope, columns):
        """The range row of a scope, under the id that it has."""
        old = self.rows(RANGES, AddressFamily=scope["AddressFamily"], ScopeRecordId=scope["RecordId"])
        record_id = old[0]["RecordId"] if old else 0
        self.put(RANGES, {**columns, "ScopeRecordId": scope["RecordId"], "RecordId": record_id})


class Server:
    """ReplicateServer over a store. What is `yield`ed is an event, or a number of milliseconds to wait."""

    taken_over = TAKEN_OVER

    def __init__(self, world):
        self.store = Store(world["tables"])
        self.roles = {role["name"]: role["operations"] for role in world["roles"]}
        self.partner = [dict(rule, taken=0) for rule in world["partner"]]
        self.unavailable = None
        if not world["ADM_IsIPAMConfigured"]:
            self.unavailable = Fault("IpamApiCallsAreNotAllowedUntilProvisioningIsDone", "not provisioned")
        elif world["ADM_IsSchemaConversionRequired"]:
            self.unavailable = Fault("IpamApiCallsAreNotAllowedUntilSchemaConversionIsDone", "old schema")

    def may_replicate(self, caller):
        """3.19.6.1 for MsmDhcpReplicateOperation, which asks for no access scope."""
        if {"IPAM Administrators", "IPAM MSM Administrators"} & set(caller["groups"]):
            return True
        return any(
            policy["role"] in FAILOVER_ROLES
            or "MsmDhcpReplicateOperation" in self.roles.get(policy["role"], [])
            for policy in caller["policies"]
        )

    def run(self, parameters):
        """The delegate, up to its SetOverallStatus."""
        try:
            yield from self.replicate_server(parameters)
            yield {"event": "SetCompletionPercentage", "completionPercentage": "100"}
            yield {"event": "SetOverallStatus", "overallStatus": "CompletedWithSuccess"}
        except Fault as fault:
            error = Fault("IpamApiDhcpFailoverFailedToReplicateServer", "the server was not replicated", fault)
            status = {
                "type": "DhcpMsmOverallCompletionStatus",
                "ErrorInfo": error.detail,
                "HasIpamUpdateError": True,
            }
            yield {
                "event": "SetOverallStatus",
                "overallStatus": "CompletedWithFailure",
                "completionStatus": status,
            }

    def replicate_server(self, parameters):
        """3.19.4.4.1.31, and 3.19.4.4.1.29 for the scopes that it collects."""
        if parameters is None or parameters["type"] != "ReplicateServerParameters":
            raise Fault("IpamApiInvalidParameter", "no ReplicateServerParameters")
        server = member(parameters, "Server")
        if server is None:
            raise Fault("IpamApiInvalidParameter", "Server is NULL")
        owner = number(member(server, "RecordId"))
        scopes = self.store.rows(SCOPES, AddressFamily=V4, DHCPServerRecordId=owner)
        if not scopes:
            raise Fault("IpamApiInvalidParameter", "the server has no scopes")
        subtasks = 0
        for done, scope in enumerate(scopes, 1):
            relation = self.relation_of(scope)
            if relation is None:
                continue
            destination = self.destination(scope, relation)
            if destination is None:
                continue
            subtasks += 1
            name = (self.store.row(SERVERS, owner) or {"Name": ""})["Name"]
            subtask = {
                "SubTaskInstanceId": subtasks,
                "SubTaskUniqueId": 1,
                "SubTaskName": "Replicate scope",
                "SubTaskInstanceDetails": {
                    "type": "ScopeDataFormatter",
                    "ScopeId": scope["ScopeId"],
                    "ServerName": name,
                },
            }
            status = {"event": "SetSubTaskStatus", "subTaskInstance": subtask}
            yield {"event": "AddSubTask", "subTaskInstance": subtask}
            yield {**status, "status": "InProgress", "percentComplete": "0"}
            try:
                yield from self.replicate_scope(scope, destination)
            except Fault as fault:
                told = {"status": "CompletedWithError", "completionStatus": fault.detail}
                yield {**status, **told, "percentComplete": "100"}
                raise Fault("IpamApiDhcpFailoverFailedToReplicateScopes", "not all scopes", fault) from None
            yield {**status, "status": "CompletedWithSuccess", "percentComplete": "100"}
            if done < len(scopes):
                share = f"{(done * 1000 + len(scopes) // 2) // len(scopes) / 10:g}"
                yield {"event": "SetCompletionPercentage", "completionPercentage": share}

    def relation_of(self, scope):
        associations = self.store.rows(ASSOCIATIONS, ScopeId=scope["RecordId"])
        return associations and self.store.row(RELATIONS, associations[0]["FailoverRelationId"]) or None

    def destination(self, scope, relation):
        """The other server of the relationship; None where the owner is in neither position, or in both."""
        owner = scope["DHCPServerRecordId"]
        first, second = relation["Server1RecordId"], relation["Server2RecordId"]
        if (first == owner) == (second == owner):
            return None
        return (second if first == owner else first) or 0

    def replicate_scope(self, scope, destination):
        """3.19.4.4.1.4 where the partner has a copy, else 3.19.4.4.1.3."""
        if not destination:
            raise Fault("IpamApiDhcpFailoverFailedToFetchFromIpamDatabase", "no partner is named")
        same = {"AddressFamily": V4, "DHCPServerRecordId": destination, "ScopeId": scope["ScopeId"]}
        copy = next(iter(self.store.rows(SCOPES, **same)), None)
        wrap = "Update" if copy else "Add"
        try:
            server = self.store.row(SERVERS, destination)
            if server is None:
                raise Fault("IpamApiDhcpServerFailedToFetchFromIpamDatabase", "the partner has no row")
            options = [self.map_option(row, server) for row in self.options_of(scope)]
            self.validate(scope)
            rule = self.rule(destination, scope["RecordId"], "update" if copy else "create")
            does = rule["does"] if rule else "accept"
            if does in ("accept", "late", "lose-answer"):
                self.write(scope, copy, server, options)
            if does in ("late", "unreachable"):
                yield rule["delay_ms"]
            if does in ("refuse", "unreachable", "lose-answer"):
                usual = f"IpamApiDhcpScopeFailedTo{wrap}InRemoteServer"
                raise Fault(rule.get("detail") or usual, "the partner did not take the scope")
        except Fault as fault:
            raise Fault(f"IpamApiDhcpScopeFailedTo{wrap}InIpamDatabase", "not stored", fault) from None

    def rule(self, server, scope, on):
        """The rule that takes this request, counting it; None where it is let through."""
        request = {"server": server, "scope": scope, "on": on}
        for rule in self.partner:
            spent = rule.get("times") is not None and rule["taken"] >= rule["after"] + rule["times"]
            if not spent and all(rule.get(key) in (None, value) for key, value in request.items()):
                rule["taken"] += 1
                return rule if rule["taken"] > rule["after"] else None
        return None

    def validate(self, scope):
        """3.1.4.9 ValidateDhcpScope."""
        start, end = (ipaddress.ip_address(scope[end]) for end in ("StartAddress", "EndAddress"))
        if start.version != 4:
            raise Fault("IpamApiInvalidScopeStartAddress", "StartAddress is no IPv4 address")
        if end.version != 4:
            raise Fault("IpamApiInvalidScopeEndAddress", "EndAddress is no IPv4 address")
        if not 1 <= scope["PrefixLength"] <= 30 or scope["SubnetMask"] is None:
            raise Fault("IpamApiInvalidScopePrefix", "PrefixLength or SubnetMask")
        mask = int(ipaddress.ip_address(scope["SubnetMask"]))
        subnet = int(ipaddress.ip_address(scope["ScopeId"]))
        if int(start) & mask != subnet:
            raise Fault("IpamApiInvalidScopeStartAddress", "StartAddress is not in the subnet")
        if int(end) & mask != subnet or start >= end:
            raise Fault("IpamApiInvalidScopeEndAddress", "EndAddress")

    def options_of(self, scope):
        return self.store.rows(OPTIONS, AddressFamily=scope["AddressFamily"], ScopeRecordId=scope["RecordId"])

    def map_option(self, row, partner):
        """Ids of definitions and classes are those of one server: an option goes over by number and names."""
        owner = self.store.row(SERVERS, row["ServerRecordId"])

        def name(server, classes, record_id):
            return next((c["Name"] for c in server[classes] if c["RecordId"] == record_id), None)

        def known(server):
            for definition in server["OptionDefinitions"]:
                vendor = name(server, "VendorClasses", definition["VendorClassRecordId"])
                yield definition["RecordId"], (definition["OptionId"], vendor)

        wanted = dict(known(owner)).get(row["OptionDefinitionRecordId"])
        theirs = next((record_id for record_id, what in known(partner) if what == wanted), None)
        if theirs is None:
            raise Fault("IpamApiOptionAssociatedOptionDefinitionNotFound", "no such definition")
        user = name(owner, "UserClasses", row["UserClassRecordId"])
        users = [c["RecordId"] for c in partner["UserClasses"] if c["Name"] == user]
        if user is not None and not users:
            raise Fault("IpamApiOptionAssociatedUserClassNotFound", "no such user class")
        return theirs, users[0] if users else None, row["Values"]

    def write(self, scope, copy, server, options):
        """The rows of the copy: the scope, its range, its options."""
        if copy is None:
            fresh = {
                "RecordId": 0,
                "DHCPServerRecordId": server["RecordId"],
                "Superscope": None,
                "AccessScope": "Global",
                "NumberOfActiveLeases": 0,
                "FailoverConfigSyncStatus": "Unknown",
            }
            copy = self.store.put(SCOPES, {**scope, **fresh})
        copy.update({column: scope[column] for column in self.taken_over})
        copy["ExclusionRanges"] = list(scope["ExclusionRanges"])
        columns = {
            "AddressFamily": V4,
            "StartIPAddress": scope["StartAddress"],
            "EndIPAddress": scope["EndAddress"],
            "PrefixLength": scope["PrefixLength"],
            "SubnetId": scope["ScopeId"],
            "Description": scope["Description"],
            "ManagedByValue": "MSDHCP",
            "ManagedByEntityValue": server["Name"],
        }
        self.store.put_range(copy, columns)
        for row in self.options_of(copy):
            entry = row["OptionDefinitionRecordId"], row["UserClassRecordId"], row["Values"]
            if entry in options:
                options.remove(entry)
            else:
                self.store.delete(OPTIONS, AddressFamily=V4, RecordId=row["RecordId"])
        for definition, user, values in options:
            columns = {
                "AddressFamily": V4,
                "ServerRecordId": server["RecordId"],
                "ScopeRecordId": copy["RecordId"],
                "OptionDefinitionRecordId": definition,
                "UserClassRecordId": user,
                "Values": values,
            }
            self.store.put(OPTIONS, columns)


class Session:
    """The state machine of 3.19.1.1."""

    def __init__(self, server, caller):
        self.server, self.caller = server, caller
        self.state, self.parameters = "new", None
        self.outbox, self.work, self.waiting = [], None, 0
        self.heard, self.grace, self.until_tick = False, GRACE, TICK_MS

    def handle(self, message):
        if self.state == "ended":
            return
        self.heard = True
        kind = message["message"]
        if kind == "Raw":
            raise Unsupported("messages as XML")
        if kind == "InitializeOperationParameters":
            self.initialize(message.get("paramters"))
        elif kind == "StartOperationWithCallback":
            self.start()

    def initialize(self, parameters):
        if self.server.unavailable:
            return self.refuse(self.server.unavailable)
        if self.state == "started":
            return self.fault(Fault("IpamApiGenericErrorOccurred", "the operation has started"))
        if parameters is None:
            return self.refuse(Fault("IpamApiInvalidParameter", "paramters is NULL or absent"))
        try:
            self.decode(parameters)
        except NotDecoded:
            return self.refuse(None)
        self.state, self.parameters = "initialized", parameters
        self.outbox.append({"event": "InitializeOperationParametersResponse"})

    @staticmethod
    def decode(parameters):
        """What a reader of the data contract would not take is refused here."""
        if not isinstance(parameters, dict) or (parameters["type"] or PARAMETERS[0]) not in PARAMETERS:
            raise NotDecoded(parameters)
        operation = next((v for k, v in parameters["members"] if k == "OperationId"), OPERATIONS[0])
        if operation not in OPERATIONS:
            raise NotDecoded(operation)
        if operation != "ReplicateServer":
            raise Unsupported(f"the operation {operation}")
        server = member(parameters, "Server")
        if parameters["type"] == "ReplicateServerParameters" and server is not None:
            if not isinstance(server, dict) or server["type"] not in (None, "DhcpServerV4"):
                raise NotDecoded(server)
            number(member(server, "RecordId"))

    def start(self):
        if self.state not in ("new", "initialized"):
            return self.fault(Fault("IpamApiGenericErrorOccurred", "the operation has started"))
        if self.server.unavailable:
            return self.refuse(self.server.unavailable)
        if self.state == "new":
            return self.refuse(Fault("IpamApiInvalidParameter", "nothing was initialized"))
        if not self.server.may_replicate(self.caller):
            return self.refuse(Fault("IpamApiInsufficientPrivilege", "the user may not do that"))
        self.state, self.work = "started", self.server.run(self.parameters)
        self.outbox.append({"event": "StartProgressCallback", "isNonDeterministic": False})
        self.outbox.append({"event": "StartOperationWithCallbackResponse"})

    def fault(self, fault):
        reason = "The creator of this fault did not specify a Reason."
        detail = fault.detail if fault else None
        self.outbox.append({"event": "Fault", "code": "Sender", "reason": reason, "detail": detail})

    def refuse(self, fault):
        self.fault(fault)
        self.close()

    def close(self):
        self.state, self.work = "ended", None
        self.outbox.append({"event": "SessionClosed"})

    def end(self):
        """The client is gone."""
        self.state, self.work, self.waiting, self.outbox = "ended", None, 0, []

    def next(self):
        """An event, a number of milliseconds to wait, or None."""
        while True:
            if self.outbox:
                return self.outbox.pop(0)
            if self.waiting:
                return self.waiting
            if self.work is None:
                return None
            step = next(self.work, None)
            if step is None:
                self.close()
            elif isinstance(step, int):
                self.waiting = step
            else:
                return step

    def advance(self, milliseconds):
        self.waiting = max(0, self.waiting - milliseconds)
        while self.state != "ended" and milliseconds >= self.until_tick:
            milliseconds -= self.until_tick
            self.until_tick = TICK_MS
            self.grace = GRACE if self.heard else self.grace - 1
            self.heard = False
            if self.grace < 0:
                self.end()
                self.close()
        self.until_tick -= milliseconds


# From here on: the protocol.


class Adapter:
    """Each request has a method; what has none is not supported."""

    def __init__(self, server_class=Server):
        self.server_class = server_class
        self.server, self.sessions, self.turn = None, [], 0

    def do_hello(self, request):
        able = ["sessions", "callers", "changes", "clock", "store", "partner"]
        return {"protocol": 1, "name": "exec_adapter.py", "capabilities": able}

    def do_reset(self, request):
        self.server, self.sessions, self.turn = self.server_class(request["world"]), [], 0
        return {"ok": True}

    def do_open(self, request):
        self.sessions.append(Session(self.server, request["caller"]))
        return {"session": len(self.sessions) - 1}

    def do_send(self, request):
        self.sessions[request["session"]].handle(request["message"])
        return {"ok": True}

    def do_next(self, request):
        """The sessions speak in turn."""
        waits = []
        for turn in range(1, len(self.sessions) + 1):
            session = (self.turn + turn) % len(self.sessions)
            said = self.sessions[session].next()
            if isinstance(said, dict):
                self.turn = session
                return {"session": session, "event": said}
            if said:
                waits.append(said)
        return {"wait_ms": min(waits)} if waits else {"quiet": True}

    def do_advance(self, request):
        for session in self.sessions:
            session.advance(request["ms"])
        return {"ok": True}

    def do_end(self, request):
        self.sessions[request["session"]].end()
        return {"ok": True}

    def do_change(self, request):
        try:
            self.server.store.change(request["change"])
        except Refused as refused:
            return {"refused": str(refused)}
        return {"ok": True}

    def do_world(self, request):
        tables = self.server.store.tables
        return {"tables": {name: list(rows.values()) for name, rows in tables.items()}}

    def do_bye(self, request):
        return {"ok": True}

    def answer(self, request):
        method = getattr(self, "do_" + request["do"], None)
        if method is None:
            return {"unsupported": True}
        try:
            return method(request)
        except Unsupported as unsupported:
            return {"unsupported": True, "what": str(unsupported)}


def main(server_class=Server):
    adapter = Adapter(server_class)
    for line in sys.stdin:
        request = json.loads(line)
        answer = adapter.answer(request)
        answer["id"] = request["id"]
        # Flushed: an answer that stays in a buffer is none.
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
