"""A client that zeep makes from a WSDL, put through a few calls; says as JSON what came back.

    client.py WSDL ENDPOINT BINDING

WSDL is a URL or a file, ENDPOINT the service's address or `-` for the one in the WSDL, BINDING the binding to use or
`-` for the WSDL's only port. Judges nothing: tests/zeep.rs does.
"""

import base64
import faulthandler
import json
import sys
from urllib.parse import urljoin

import requests
from lxml import etree
from zeep import Client, xsd
from zeep.exceptions import Fault

IPAM = "{http://Microsoft.Windows.Ipam}"
IPAM1 = "{http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam}"
SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
COOKIE = "ipamconf-session"
# Longer than a healthy server takes, so that a sick one is told as such.
TIMEOUT = 60


class Caller:
    """One client for all calls; each case has a connection and a session of its own."""

    def __init__(self, wsdl, endpoint, binding):
        # zeep adds the addressing headers itself, because the WSDL says wsaw:Action; its plug-in would add them twice.
        self.client = Client(wsdl)
        self.client.transport.operation_timeout = TIMEOUT
        if binding == "-":
            self.service = self.client.service
            self.endpoint = self.service._binding_options["address"]
        else:
            self.service = self.client.create_service(binding, endpoint)
            self.endpoint = endpoint

    def type(self, name):
        return self.client.get_type(IPAM + name)

    def fresh(self):
        self.client.transport.session = requests.Session()

    def call(self, operation, **arguments):
        """The reply to one request, as a tuple of what it is and what is in it."""
        try:
            answer = getattr(self.service, operation)(**arguments)
        except Fault as fault:
            return {
                "fault": fault.code,
                "reason": fault.message,
                "detail": [self.exception(one) for one in fault.detail],
            }
        return {"answer": None if answer is None else str(answer)}

    def exception(self, element):
        """An IpamException from its element: its id, those of the exceptions in it, and what zeep makes of the data."""
        if element.tag not in (IPAM1 + "IpamException", "InnerIpamException"):
            return {"unexpected": element.tag}
        ids = []
        while element is not None:
            data = element.find("IpamExceptionData")
            if data is None:
                break
            prefix, _, local = data.get(TYPE).rpartition(":")
            known = self.client.get_type(etree.QName(data.nsmap[prefix or None], local))
            value = known.parse_xmlelement(data, self.client.wsdl.types)
            ids.append(value.ExceptionId)
            element = element.find("InnerIpamException")
        return ids

    def events(self):
        """What the session showed beside its replies, until it ended."""
        session = self.client.transport.session
        ident = session.cookies.get(COOKIE)
        shown, after = [], 0
        while True:
            url = urljoin(self.endpoint, f"sessions/{ident}/events?after={after}&wait=10")
            answer = session.get(url, timeout=TIMEOUT)
            answer.raise_for_status()
            for event in answer.json():
                after = event["seq"]
                if event.get("ended"):
                    shown.append({"ended": True})
                    return shown
                shown.append(self.event(event))

    def event(self, event):
        body = etree.fromstring(event["envelope"].encode()).find(SOAP + "Body")
        [payload] = body
        value = self.client.get_element(payload.tag).parse(payload, self.client.wsdl.types)
        shown = {"is": etree.QName(payload).localname, "action": event["action"]}
        for part in ("isNonDeterministic", "status", "percentComplete", "completionPercentage", "overallStatus"):
            if getattr(value, part, None) is not None:
                shown[part] = plain(getattr(value, part))
        task = getattr(value, "subTaskInstance", None)
        if task is not None:
            shown["task"] = {
                "type": type(task).__name__,
                "details": type(task.SubTaskInstanceDetails).__name__,
                "id": task.SubTaskInstanceId,
            }
        result = getattr(value, "completionStatus", None)
        if result is not None and hasattr(result, "ErrorInfo"):
            inner = next(iter(payload.iter(IPAM + "ErrorInfo")), None)
            shown["completion"] = {"type": type(result).__name__}
            if result.ErrorInfo is not None:
                shown["completion"]["ids"] = self.exception_in(inner)
        return shown

    def exception_in(self, element):
        """As `exception`, for a member that is an IpamException under another name."""
        renamed = etree.fromstring(etree.tostring(element))
        renamed.tag = IPAM1 + "IpamException"
        return self.exception(renamed)

    def operation(self, parameters):
        """Initialize and, if that is answered, Start and everything after it."""
        self.fresh()
        shown = {"initialize": self.call("InitializeOperationParameters", paramters=parameters)}
        if "answer" in shown["initialize"]:
            shown["start"] = self.call("StartOperationWithCallback")
        shown["events"] = self.events()
        return shown


def plain(value):
    return value if isinstance(value, (bool, int, str)) else str(value)


def main():
    # a server that never ends a session is not waited for without end
    faulthandler.dump_traceback_later(120, exit=True)
    wsdl, endpoint, binding = sys.argv[1:]
    caller = Caller(wsdl, endpoint, binding)
    server = caller.type("DhcpServerV4")(RecordId=1)
    replicate = caller.type("ReplicateServerParameters")
    scopes = caller.type("ArrayOfDhcpScope")([caller.type("DhcpScopeV4")(RecordId=1)])
    shown = {
        "positive": caller.operation(replicate(OperationId="ReplicateServer", Server=server)),
        "null parameters, left out": caller.operation(None),
        "null parameters, nil": caller.operation(xsd.Nil),
        "null server, left out": caller.operation(replicate(OperationId="ReplicateServer")),
        "null server, nil": caller.operation(replicate(OperationId="ReplicateServer", Server=xsd.Nil)),
        "wrong type": caller.operation(
            caller.type("ReplicateScopeParameters")(OperationId="ReplicateServer", Scopes=scopes)
        ),
        "base type": caller.operation(
            caller.type("IpamOperationWithProgressParameters")(OperationId="ReplicateServer")
        ),
        "a server full of data": caller.operation(
            replicate(OperationId="ReplicateServer", Server=full_server(caller), Id="i1")
        ),
        "start first": start_first(caller),
    }
    json.dump(shown, sys.stdout, indent=2)


def start_first(caller):
    caller.fresh()
    return {"start": caller.call("StartOperationWithCallback")}


def full_server(caller):
    """A server that uses most kinds of member: collections, pairs, addresses, times, object identity."""
    net = "{http://schemas.datacontract.org/2004/07/System.Net}"
    generic = "{http://schemas.datacontract.org/2004/07/System.Collections.Generic}"
    arrays = "{http://schemas.microsoft.com/2003/10/Serialization/Arrays}"
    pair = "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S"
    make = caller.type
    shorts = caller.client.get_type(arrays + "ArrayOfunsignedShort")([0] * 8)
    address = caller.client.get_type(net + "IPAddress")(
        m_Address=16777226, m_Family="InterNetwork", m_HashCode=0, m_Numbers=shorts, m_ScopeId=0
    )
    definition = make("DhcpOptionDefinitionV4")(Name="Router", OptionId=3, OptionType="IPAddress", RecordId=9, Id="i9")
    values = caller.client.get_type(arrays + "ArrayOfanyType")([xsd.AnyObject(xsd.String(), "10.0.0.1")])
    option = make("DhcpOptionV4")(OptionDefinition=definition, OptionOwnerType="Server", Values=values, Id="i8")
    tracker = caller.client.get_type(generic + "ArrayOf" + pair)(
        [caller.client.get_type(generic + pair)(key="Add", value=option)]
    )
    info = make("ServerInfo")(
        Domain="example.com",
        IPAddresses=caller.client.get_type(net + "ArrayOfIPAddress")([address]),
        LastModified="2020-01-02T03:04:05Z",
        Name="dhcp1.example.com",
        OSVersion="6.3",
        RecordId=1,
        Id="i4",
    )
    return make("DhcpServerV4")(
        SetProperties=caller.client.get_type(arrays + "ArrayOfstring")(["Options"]),
        DnsRegistrationCredentialPassword=base64.b64encode(b"secret").decode(),
        NumberOfAvailableAddresses=12.5,
        Options=make("DhcpOptionCollection")(OperationTracker=tracker, OwnerType="Server"),
        RecordId=1,
        ServerRoleInfo=make("ServerRoleDhcp")(
            LastRefreshTime="2020-01-02T03:04:05Z", ParentServer=info, RecordId=1, ServerRoleFlag="Dhcp", Id="i3"
        ),
        PolicyActivationState="enabled",
        Id="i2",
    )


if __name__ == "__main__":
    main()
