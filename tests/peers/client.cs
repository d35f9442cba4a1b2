// A WCF client of ReplicateServer over net.tcp without security. One line for each thing it sees, in the order in which
// it sees it, in the words of our traces.
//
//   client.exe URL CASE [RECORD-ID]
//
// Cases: valid, null-parameter, wrong-type, null-server; partner-failure and many-callbacks send what `valid` sends and
// only name what the server's world is made for. Exit code 0 whatever the server did, 2 for wrong arguments.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Threading;
using System.Xml;
using Microsoft.Windows.Ipam;

namespace Peers
{
    /// What was seen, printed at once; callbacks and replies come on different threads.
    static class Seen
    {
        static readonly object Gate = new object();
        public static readonly ManualResetEvent Overall = new ManualResetEvent(false);
        static DateTime last = DateTime.UtcNow;

        public static void Line(string text)
        {
            lock (Gate)
            {
                last = DateTime.UtcNow;
                Console.Out.WriteLine(text);
                Console.Out.Flush();
            }
        }

        /// Until nothing has been seen for a while.
        public static void WaitForQuiet(TimeSpan quiet)
        {
            while (true)
            {
                TimeSpan silent;
                lock (Gate) silent = DateTime.UtcNow - last;
                if (silent >= quiet) return;
                Thread.Sleep(quiet - silent);
            }
        }
    }

    [CallbackBehavior(ConcurrencyMode = ConcurrencyMode.Multiple, UseSynchronizationContext = false)]
    class Callbacks : IIpamOperationWithProgressCallback
    {
        public void StartProgressCallback(bool isNonDeterministic)
        {
            Seen.Line("< StartProgressCallback isNonDeterministic=" + Text(isNonDeterministic));
        }

        public void SetCompletionPercentage(decimal completionPercentage)
        {
            Seen.Line("< SetCompletionPercentage completionPercentage=" + Text(completionPercentage));
        }

        public void AddSubTask(SubTaskInstance subTaskInstance)
        {
            Seen.Line("< AddSubTask" + Task(subTaskInstance));
        }

        public void SetSubTaskStatus(SubTaskInstance subTaskInstance, SubTaskStatus status, decimal percentComplete,
            IpamException completionStatus)
        {
            Seen.Line("< SetSubTaskStatus" + Task(subTaskInstance) + " status=" + status
                + " percentComplete=" + Text(percentComplete)
                + (completionStatus == null ? "" : " completionStatus=" + completionStatus.Ids));
        }

        public void SetOverallStatus(OverallProgressStatus overallStatus, IpamObject completionStatus)
        {
            Seen.Line("< SetOverallStatus overallStatus=" + overallStatus + Completion(completionStatus));
            Seen.Overall.Set();
        }

        static string Task(SubTaskInstance task)
        {
            if (task == null) return " subTaskInstance=nil";
            var text = " subTaskInstance=" + task.SubTaskInstanceId;
            var scope = task.SubTaskInstanceDetails as ScopeDataFormatter;
            if (scope != null) text += " scope=" + (object)scope.ScopeId;
            else if (task.SubTaskInstanceDetails != null)
                text += " details=" + task.SubTaskInstanceDetails.GetType().Name;
            return text;
        }

        static string Completion(IpamObject completion)
        {
            if (completion == null) return "";
            var overall = completion as DhcpMsmOverallCompletionStatus;
            if (overall == null) return " completionStatus=" + completion.GetType().Name;
            return " completionStatus={"
                + (overall.ErrorInfo == null ? "" : "ErrorInfo=" + overall.ErrorInfo.Ids + " ")
                + "HasIpamUpdateError=" + Text(overall.HasIpamUpdateError) + "}";
        }

        static string Text(bool value) { return value ? "true" : "false"; }

        /// A decimal without the zeros at its end.
        static string Text(decimal value) { return value.ToString("0.############", CultureInfo.InvariantCulture); }
    }

    static class Client
    {
        static int Main(string[] arguments)
        {
            long record = 1;
            if (arguments.Length < 2 || arguments.Length > 3
                || arguments.Length == 3 && !Int64.TryParse(arguments[2], out record))
                return Usage();
            IpamOperationWithProgressParameters parameters;
            switch (arguments[1])
            {
                case "valid":
                case "partner-failure":
                case "many-callbacks":
                    parameters = new ReplicateServerParameters { Server = new DhcpServerV4 { RecordId = record } };
                    break;
                case "null-parameter": parameters = null; break;
                case "wrong-type": parameters = new ReplicateScopeParameters(); break;
                case "null-server": parameters = new ReplicateServerParameters(); break;
                default: return Usage();
            }
            if (parameters != null) parameters.OperationId = IpamAdminOperationId.ReplicateServer;
            Run(arguments[0], parameters);
            // Mono leaves threads behind that would keep the process.
            Environment.Exit(0);
            return 0;
        }

        static int Usage()
        {
            Console.Error.WriteLine("usage: client.exe URL"
                + " valid|null-parameter|wrong-type|null-server|partner-failure|many-callbacks [RECORD-ID]");
            return 2;
        }

        static void Run(string url, IpamOperationWithProgressParameters parameters)
        {
            var factory = new DuplexChannelFactory<IIpamOperationWithProgress>(
                new InstanceContext(new Callbacks()), Wire.Binding(), new EndpointAddress(url));
            Wire.ExpectFaults(factory.Endpoint.Contract);
            IIpamOperationWithProgress service;
            IClientChannel channel;
            // Mono connects when the channel is made.
            try
            {
                service = factory.CreateChannel();
                channel = (IClientChannel)service;
                channel.OperationTimeout = TimeSpan.FromSeconds(60);
                channel.Open();
            }
            catch (Exception error)
            {
                Seen.Line("not opened: " + error.GetType().Name + " " + One(error.Message));
                return;
            }
            Seen.Line("open");
            var kind = parameters == null ? "NULL"
                : parameters.GetType().Name + " (" + parameters.OperationId + ")";
            Seen.Line("> InitializeOperationParameters with " + kind);
            if (Call("InitializeOperationParameters", () => service.InitializeOperationParameters(parameters)))
            {
                Seen.Line("> StartOperationWithCallback");
                if (Call("StartOperationWithCallback", () => service.StartOperationWithCallback()))
                    if (!Seen.Overall.WaitOne(TimeSpan.FromSeconds(60)))
                        Seen.Line("no SetOverallStatus");
            }
            // What comes behind the last thing that was waited for has to be seen, too.
            Seen.WaitForQuiet(TimeSpan.FromSeconds(1));
            Seen.Line("end");
            // Mono's Close sends End and then waits for what nobody tells it: short, and its exception is of no interest.
            try { channel.Close(TimeSpan.FromMilliseconds(500)); } catch (Exception) { }
        }

        static bool Call(string operation, Action action)
        {
            try
            {
                action();
                Seen.Line("< " + operation + "Response");
                return true;
            }
            catch (FaultException<IpamException> fault)
            {
                Seen.Line(Fault(fault) + " detail=" + (fault.Detail == null ? "none" : fault.Detail.Ids));
            }
            catch (FaultException fault)
            {
                Seen.Line(Fault(fault) + " detail=" + Detail(fault.CreateMessageFault()));
            }
            catch (TimeoutException)
            {
                Seen.Line("< no answer to " + operation);
            }
            catch (Exception error)
            {
                Seen.Line("< " + operation + " failed: " + error.GetType().Name + " " + One(error.Message));
            }
            return false;
        }

        static string Fault(FaultException fault)
        {
            return "< Fault code=" + fault.Code.Name + " reason=" + One(fault.Reason.GetMatchingTranslation(CultureInfo.InvariantCulture).Text);
        }

        /// The detail of a fault that the contract does not know.
        static string Detail(MessageFault fault)
        {
            if (!fault.HasDetail) return "none";
            using (var reader = fault.GetReaderAtDetailContents())
            {
                if (reader.LocalName != "IpamException") return reader.LocalName;
                var serializer = new System.Runtime.Serialization.DataContractSerializer(typeof(IpamException));
                return ((IpamException)serializer.ReadObject(reader, false)).Ids;
            }
        }

        static string One(string text)
        {
            return "\"" + (text ?? "").Replace("\r", " ").Replace("\n", " ") + "\"";
        }
    }
}
