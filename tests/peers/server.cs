// A small WCF server of ReplicateServer over net.tcp without security, right or wrong in one way.
//
//   server.exe VARIANT [PORT]
//
// It answers for a made-up world: server 1 exists and has failover scopes 10.0.1.0, 10.0.2.0 and 10.0.3.0; no other
// server does. Prints `listening URL` once it takes connections, and then what it does, one line each, until it is
// killed. Nothing is stored: callbacks and replies are all there is.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.Threading;
using System.Xml;
using Microsoft.Windows.Ipam;

namespace Peers
{
    enum Variant
    {
        /// As the document says; the answer to Start comes after the callbacks, as WCF sends them from inside a call.
        Right,
        /// The same, with the answer to Start before all callbacks but the first.
        RightReplyFirst,
        /// Right, and the connection is closed a little after SetOverallStatus.
        RightCloses,
        /// Right, with 25 scopes: a hundred callbacks.
        ManyCallbacks,
        /// Right: the partner refuses the second scope.
        PartnerFailure,
        /// SetOverallStatus comes twice.
        SuccessTwice,
        /// The operation never says how it ended.
        NoOverallStatus,
        /// StartProgressCallback comes before Start was asked for.
        CallbackBeforeStart,
        /// SetCompletionPercentage has an action that is none of the protocol.
        WrongAction,
        /// The fault for NULL parameters has no IpamException.
        FaultWithoutDetail,
        /// A percentage comes after SetOverallStatus.
        CallbackAfterEnd,
    }

    [ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession,
        ConcurrencyMode = ConcurrencyMode.Multiple, UseSynchronizationContext = false)]
    class Service : IIpamOperationWithProgress
    {
        public static Variant Variant;
        IpamOperationWithProgressParameters stored;

        static IIpamOperationWithProgressCallback Client
        {
            get { return OperationContext.Current.GetCallbackChannel<IIpamOperationWithProgressCallback>(); }
        }

        public void InitializeOperationParameters(IpamOperationWithProgressParameters paramters)
        {
            Log("InitializeOperationParameters " + (paramters == null ? "nil" : paramters.GetType().Name));
            // 3.19.4.3: NULL parameters are a fault, and the session is closed.
            if (paramters == null) throw Refused("the parameters are NULL");
            stored = paramters;
            if (Variant == Variant.CallbackBeforeStart) Client.StartProgressCallback(false);
        }

        public void StartOperationWithCallback()
        {
            Log("StartOperationWithCallback");
            if (stored == null) throw Refused("no parameters were given");
            var client = Client;
            if (Variant != Variant.CallbackBeforeStart) client.StartProgressCallback(false);
            if (Variant == Variant.RightReplyFirst)
                // Mono tells nobody when a reply has been sent.
                new Thread(() => { Thread.Sleep(100); Replicate(client); }).Start();
            else
                Replicate(client);
        }

        void Replicate(IIpamOperationWithProgressCallback client)
        {
            var parameters = stored as ReplicateServerParameters;
            stored = null;
            if (parameters == null || parameters.Server == null)
            {
                End(client, new IpamException("IpamApiDhcpFailoverFailedToReplicateServer", "not replicated",
                    new IpamException("IpamApiInvalidParameter", "no server to replicate was given")));
                return;
            }
            if (parameters.Server.RecordId != 1)
            {
                End(client, new IpamException("IpamApiDhcpFailoverFailedToReplicateServer", "not replicated",
                    new IpamException("IpamApiDhcpFailoverFailedToReplicateScopes", "the server has no scopes")));
                return;
            }
            var count = Variant == Variant.ManyCallbacks ? 25 : 3;
            for (var number = 1; number <= count; number++)
            {
                client.AddSubTask(Task(number, SubTaskStatus.NotStarted));
                client.SetSubTaskStatus(Task(number, SubTaskStatus.InProgress), SubTaskStatus.InProgress, 0, null);
                if (Variant == Variant.PartnerFailure && number == 2)
                {
                    var refused = new IpamException("IpamApiDhcpFailoverFailedToFetchFromIpamDatabase", "refused");
                    client.SetSubTaskStatus(Task(number, SubTaskStatus.CompletedWithError),
                        SubTaskStatus.CompletedWithError, 100, refused);
                    End(client, new IpamException("IpamApiDhcpFailoverFailedToReplicateServer", "not replicated",
                        new IpamException("IpamApiDhcpFailoverFailedToReplicateScopes", "not all scopes", refused)));
                    return;
                }
                client.SetSubTaskStatus(Task(number, SubTaskStatus.CompletedWithSuccess),
                    SubTaskStatus.CompletedWithSuccess, 100, null);
                Percentage(client, Math.Round(100m * number / count, 1));
            }
            End(client, null);
        }

        static void End(IIpamOperationWithProgressCallback client, IpamException error)
        {
            if (Variant == Variant.NoOverallStatus) return;
            var status = error == null
                ? OverallProgressStatus.CompletedWithSuccess : OverallProgressStatus.CompletedWithFailure;
            var completion = error == null ? null
                : new DhcpMsmOverallCompletionStatus { ErrorInfo = error, HasIpamUpdateError = true };
            client.SetOverallStatus(status, completion);
            if (Variant == Variant.SuccessTwice) client.SetOverallStatus(status, completion);
            if (Variant == Variant.CallbackAfterEnd) client.SetCompletionPercentage(100);
            Log("ended " + status);
            if (Variant != Variant.RightCloses) return;
            // Close tells nobody and Abort leaves the peer without an End record, but it does end the connection; not
            // at once, because the answer to Start is still to come.
            new Thread(() => { Thread.Sleep(300); ((ICommunicationObject)client).Abort(); }).Start();
        }

        static void Percentage(IIpamOperationWithProgressCallback client, decimal percentage)
        {
            // Mono asks no inspector about callbacks, but it puts the headers of the context into them.
            if (Variant == Variant.WrongAction)
                OperationContext.Current.OutgoingMessageHeaders.Action = Names.Service + "SetPercentage";
            client.SetCompletionPercentage(percentage);
            if (Variant == Variant.WrongAction)
                OperationContext.Current.OutgoingMessageHeaders.Action = null;
        }

        static SubTaskInstance Task(int number, SubTaskStatus status)
        {
            return new SubTaskInstance
            {
                SubTaskInstanceDetails = new ScopeDataFormatter
                {
                    ScopeId = IPAddress.V4(10, 0, (byte)number, 0),
                    ServerName = "S",
                },
                SubTaskInstanceId = number,
                SubTaskName = "ReplicateScope",
                SubTaskStatus = status,
                SubTaskUniqueId = 1,
            };
        }

        /// Code, reason and its language are spelt out: Mono's own are not SOAP 1.2.
        static FaultException Refused(string message)
        {
            return new FaultException<IpamException>(
                new IpamException("IpamApiInvalidParameter", message), Reason, Sender, Names.Fault);
        }

        public static readonly FaultCode Sender = new FaultCode("Sender", "http://www.w3.org/2003/05/soap-envelope");
        public static readonly FaultReason Reason = new FaultReason(
            new FaultReasonText("The creator of this fault did not specify a Reason.", "en-US"));

        static void Log(string text)
        {
            Console.Out.WriteLine(text);
            Console.Out.Flush();
        }
    }

    /// What Mono leaves out or cannot be asked for: RelatesTo on faults, and a fault without a detail.
    class Replies : IDispatchMessageInspector, IEndpointBehavior
    {
        public object AfterReceiveRequest(ref Message request, IClientChannel channel, InstanceContext context)
        {
            return request.Headers.MessageId;
        }

        public void BeforeSendReply(ref Message reply, object messageId)
        {
            if (reply != null && reply.IsFault && Service.Variant == Variant.FaultWithoutDetail)
                reply = Message.CreateMessage(reply.Version,
                    MessageFault.CreateFault(Service.Sender, Service.Reason), Names.Fault);
            if (reply != null && reply.Headers.RelatesTo == null && messageId != null)
                reply.Headers.RelatesTo = (UniqueId)messageId;
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher dispatcher)
        {
            dispatcher.DispatchRuntime.MessageInspectors.Add(this);
        }

        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection parameters) { }
        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime client) { }
        public void Validate(ServiceEndpoint endpoint) { }
    }

    static class Server
    {
        static int Main(string[] arguments)
        {
            var port = 0;
            if (arguments.Length < 1 || arguments.Length > 2
                || !Enum.TryParse(arguments[0].Replace("-", ""), true, out Service.Variant)
                || arguments.Length == 2 && !Int32.TryParse(arguments[1], out port))
            {
                Console.Error.WriteLine("usage: server.exe VARIANT [PORT]\nvariants: " + String.Join(" ",
                    Enum.GetNames(typeof(Variant)).Select(name => String.Concat(name.Select((letter, at) =>
                        (at > 0 && Char.IsUpper(letter) ? "-" : "") + Char.ToLowerInvariant(letter))))));
                return 2;
            }
            if (port == 0) port = FreePort();
            var url = "net.tcp://127.0.0.1:" + port + "/ipam";
            var host = new ServiceHost(typeof(Service));
            var endpoint = host.AddServiceEndpoint(typeof(IIpamOperationWithProgress), Wire.Binding(), url);
            endpoint.Behaviors.Add(new Replies());
            host.Open();
            Console.Out.WriteLine("listening " + url);
            Console.Out.Flush();
            Thread.Sleep(Timeout.Infinite);
            return 0;
        }

        /// Mono does not say which port it took when it is asked for any.
        static int FreePort()
        {
            var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }
    }
}
