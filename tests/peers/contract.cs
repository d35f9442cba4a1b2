// The part of IIpamOperationWithProgress that ReplicateServer needs, as a WCF contract: [MS-IPAMM2] 3.19, 3.21 and
// Appendix B. Members have explicit orders only where the order of their names is not the schema's (it always is), and
// enumerations that a peer only passes on are text.

using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.Xml;

namespace Peers
{
    static class Names
    {
        public const string Ipam = "http://Microsoft.Windows.Ipam";
        public const string Ipam1 = "http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam";
        public const string Service = Ipam + "/IIpamOperationWithProgress/";
        /// The action of faults: the document names none, and Mono's own default lacks a slash. WS-Addressing's is used.
        public const string Fault = "http://www.w3.org/2005/08/addressing/soap/fault";
    }

    [ServiceContract(Namespace = Names.Ipam, Name = "IIpamOperationWithProgress",
        SessionMode = SessionMode.Required, CallbackContract = typeof(IIpamOperationWithProgressCallback))]
    public interface IIpamOperationWithProgress
    {
        // The document's own spelling: `paramters`.
        [OperationContract]
        [FaultContract(typeof(Microsoft.Windows.Ipam.IpamException), Action = Names.Fault,
            Name = "IpamException", Namespace = Names.Ipam1)]
        void InitializeOperationParameters(IpamOperationWithProgressParameters paramters);

        [OperationContract]
        [FaultContract(typeof(Microsoft.Windows.Ipam.IpamException), Action = Names.Fault,
            Name = "IpamException", Namespace = Names.Ipam1)]
        void StartOperationWithCallback();
    }

    public interface IIpamOperationWithProgressCallback
    {
        [OperationContract(IsOneWay = true)]
        void StartProgressCallback(bool isNonDeterministic);
        [OperationContract(IsOneWay = true)]
        void SetCompletionPercentage(decimal completionPercentage);
        [OperationContract(IsOneWay = true)]
        void AddSubTask(SubTaskInstance subTaskInstance);
        [OperationContract(IsOneWay = true)]
        void SetSubTaskStatus(SubTaskInstance subTaskInstance, SubTaskStatus status, decimal percentComplete,
            Microsoft.Windows.Ipam.IpamException completionStatus);
        [OperationContract(IsOneWay = true)]
        void SetOverallStatus(Microsoft.Windows.Ipam.OverallProgressStatus overallStatus, IpamObject completionStatus);
    }

    // 2.2.4.285: identity goes with every object that derives from it.
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    [KnownType(typeof(DhcpMsmOverallCompletionStatus))]
    [KnownType(typeof(SubTaskInstance))]
    [KnownType(typeof(ScopeDataFormatter))]
    [KnownType(typeof(ReplicateServerDataFormatter))]
    [KnownType(typeof(ReplicateScopesDataFormatter))]
    [KnownType(typeof(EntityStatusCollection))]
    [KnownType(typeof(IpamExceptionData))]
    [KnownType(typeof(IpamGenericExceptionData))]
    public class IpamObject { }

    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class BaseIpamObject : IpamObject
    {
        [DataMember] public List<string> ModifiedProperties;
        [DataMember] public List<string> SetProperties;
    }

    // 2.2.4.286
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    [KnownType(typeof(ReplicateServerParameters))]
    [KnownType(typeof(ReplicateScopeParameters))]
    public class IpamOperationWithProgressParameters : IpamObject
    {
        [DataMember] public Microsoft.Windows.Ipam.IpamAdminOperationId OperationId;
    }

    // 2.2.4.355
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ReplicateServerParameters : IpamOperationWithProgressParameters
    {
        [DataMember] public DhcpServerV4 Server;
    }

    // 2.2.4.352, for the wrong type alone: its list of scopes stays NULL.
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ReplicateScopeParameters : IpamOperationWithProgressParameters
    {
        [DataMember] public List<BaseIpamObject> Scopes;
    }

    // 2.2.4.155, the members with values of their own.
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    [KnownType(typeof(DhcpServerV4))]
    public class DhcpServer : BaseIpamObject
    {
        [DataMember] public long AccessScopeId;
        [DataMember] public OnOff AuditLoggingStatus;
        [DataMember] public string DnsRegistrationCredentialDomainName;
        [DataMember] public bool IsInheritedAccessScope;
        [DataMember] public double NumberOfActiveLeases;
        [DataMember] public double NumberOfAvailableAddresses;
        [DataMember] public int NumberOfScopes;
        [DataMember] public long RecordId;
        [DataMember] public ServerRoleDhcp ServerRoleInfo;
    }

    // 2.2.4.159
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class DhcpServerV4 : DhcpServer
    {
        [DataMember] public OnOff AllowFilterEnabled;
        [DataMember] public OnOff DenyFilterEnabled;
    }

    // 2.2.4.389 and 2.2.4.391
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    [KnownType(typeof(ServerRoleDhcp))]
    public class ServerRole : BaseIpamObject
    {
        [DataMember] public ServerInfo ParentServer;
        [DataMember] public long RecordId;
    }

    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ServerRoleDhcp : ServerRole
    {
        [DataMember] public string BackupPath;
        [DataMember] public string DatabasePath;
    }

    // 2.2.4.384
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ServerInfo : BaseIpamObject
    {
        [DataMember] public string Domain;
        [DataMember] public string Name;
        [DataMember] public long RecordId;
    }

    // The members that DhcpAuditLoggingStatus and DhcpOperationState share.
    [DataContract(Namespace = Names.Ipam)]
    public enum OnOff { [EnumMember] None, [EnumMember] Enabled, [EnumMember] Disabled }

    // 2.2.4.399
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class SubTaskInstance : IpamObject
    {
        [DataMember] public Microsoft.Windows.Ipam.IpamException FailedCompletionStatus;
        [DataMember] public bool IsNonDeterministicProgress;
        [DataMember] public string ProgressStatusDescriptions;
        [DataMember] public IpamObject SubTaskInstanceDetails;
        [DataMember] public int SubTaskInstanceId;
        [DataMember] public string SubTaskName;
        [DataMember] public SubTaskStatus SubTaskStatus;
        [DataMember] public int SubTaskUniqueId;
    }

    [DataContract(Namespace = Names.Ipam)]
    public enum SubTaskStatus
    {
        [EnumMember] NotStarted, [EnumMember] InProgress, [EnumMember] CompletedWithError,
        [EnumMember] CompletedWithWarning, [EnumMember] CompletedWithSuccess, [EnumMember] NotApplicable,
        [EnumMember] NotRun,
    }

    // 2.2.4.119
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class DhcpMsmOverallCompletionStatus : IpamObject
    {
        [DataMember] public IpamObject EntityStatusCollectionObject;
        [DataMember] public Microsoft.Windows.Ipam.IpamException ErrorInfo;
        [DataMember] public bool HasIpamUpdateError;
        [DataMember] public IpamObject ReturnObject;
    }

    // 2.2.4.227; its entries are of no concern here.
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class EntityStatusCollection : IpamObject { }

    // 2.2.4.354, 2.2.4.353 and 2.2.4.360: what a subtask works on.
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ReplicateServerDataFormatter : IpamObject
    {
        [DataMember] public string ServerName;
    }

    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ReplicateScopesDataFormatter : IpamObject
    {
        [DataMember] public string ServerName;
        [DataMember] public string scopeListString;
    }

    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class ScopeDataFormatter : IpamObject
    {
        [DataMember] public IPAddress ScopeId;
        [DataMember] public string ServerName;
    }

    // 2.2.4.441: the fields of the platform's own type, which Mono no longer has under these names.
    [DataContract(Namespace = "http://schemas.datacontract.org/2004/07/System.Net", Name = "IPAddress")]
    public class IPAddress
    {
        [DataMember(IsRequired = true)] public long m_Address;
        [DataMember(IsRequired = true)] public System.Net.Sockets.AddressFamily m_Family;
        [DataMember(IsRequired = true)] public int m_HashCode;
        [DataMember(IsRequired = true)] public ushort[] m_Numbers;
        [DataMember(IsRequired = true)] public long m_ScopeId;

        public static IPAddress V4(byte a, byte b, byte c, byte d)
        {
            return new IPAddress
            {
                m_Address = a + 256L * (b + 256L * (c + 256L * d)),
                m_Family = System.Net.Sockets.AddressFamily.InterNetwork,
                m_Numbers = new ushort[8],
            };
        }

        public override string ToString()
        {
            return String.Format("{0}.{1}.{2}.{3}",
                m_Address & 255, m_Address >> 8 & 255, m_Address >> 16 & 255, m_Address >> 24 & 255);
        }
    }

    // 2.2.4.252 and 2.2.4.254
    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    [KnownType(typeof(IpamGenericExceptionData))]
    public class IpamExceptionData : IpamObject
    {
        [DataMember] public string ExceptionId;
        [DataMember] public string ExceptionMessage;
    }

    [DataContract(Namespace = Names.Ipam, IsReference = true)]
    public class IpamGenericExceptionData : IpamExceptionData { }

    static class Wire
    {
        public static NetTcpBinding Binding()
        {
            var binding = new NetTcpBinding(SecurityMode.None)
            {
                MaxReceivedMessageSize = 64 << 20,
                MaxBufferSize = 64 << 20,
                SendTimeout = TimeSpan.FromSeconds(60),
                ReceiveTimeout = TimeSpan.FromMinutes(5),
            };
            binding.ReaderQuotas = XmlDictionaryReaderQuotas.Max;
            return binding;
        }

        /// Mono's duplex client takes a message for a reply only if its action is that of an answer of the contract. So
        /// the actions that faults come with are made known as answers.
        public static void ExpectFaults(ContractDescription contract)
        {
            foreach (var operation in contract.Operations)
            {
                if (operation.Messages.Count < 2 || operation.Messages[0].Direction != MessageDirection.Input)
                    continue;
                foreach (var action in new[] {
                    Names.Fault,
                    "http://www.w3.org/2005/08/addressing/fault",
                    "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault" })
                    operation.Messages.Add(new MessageDescription(action, MessageDirection.Output));
            }
        }
    }
}

// Types whose contract namespace is the one that the platform makes of this name (2.2.4.247, 2.2.5).
namespace Microsoft.Windows.Ipam
{
    public enum OverallProgressStatus { NotStarted, InProgress, CompletedWithSuccess, CompletedWithFailure }

    // 2.2.5.63
    public enum IpamAdminOperationId
    {
        EditDhcpServer, ApplyServerConfigurationTemplate, CreateDhcpScope, EditDhcpScope, DeleteDhcpScope,
        ApplyScopeConfigurationTemplate, AddScopesToSuperscope, RemoveScopesFromSuperscope, RenameSuperscope,
        DeleteSuperscopes, SetSuperscopeActivationStatus, CreateDhcpServerPolicy, CreateDhcpScopePolicy, UpdatePolicy,
        DeletePolicy, UpdatePolicyProperty, MovePolicyProcessingOrder, CreateDhcpReservation, DeleteDhcpReservation,
        DeleteDhcpReservationCollection, SetDhcpReservation, SetDhcpReservationCollection, CreateDhcpFailover,
        EditDhcpFailover, AddDhcpFailoverScopes, RemoveDhcpFailoverScopes, DeleteDhcpFailover, ResetConfigSyncStatus,
        ReplicateScope, ReplicateRelation, ReplicateServer,
    }

    /// Serialised as exceptions are: its members are in no namespace. Other members beside the two may be there or not,
    /// so the base class, which demands its own, is not asked to read them.
    [Serializable]
    [KnownType(typeof(Peers.IpamExceptionData))]
    [KnownType(typeof(Peers.IpamGenericExceptionData))]
    [KnownType(typeof(IpamException))]
    public class IpamException : Exception
    {
        public readonly Peers.IpamExceptionData Data1;
        public readonly IpamException Inner;

        public IpamException(string id, string message, IpamException inner = null) : base(message)
        {
            Data1 = new Peers.IpamGenericExceptionData { ExceptionId = id, ExceptionMessage = message };
            Inner = inner;
        }

        protected IpamException(SerializationInfo info, StreamingContext context)
        {
            foreach (SerializationEntry entry in info)
            {
                if (entry.Name == "IpamExceptionData")
                    Data1 = (Peers.IpamExceptionData)info.GetValue(entry.Name, typeof(Peers.IpamExceptionData));
                if (entry.Name == "InnerIpamException")
                    Inner = (IpamException)info.GetValue(entry.Name, typeof(IpamException));
            }
        }

        public override void GetObjectData(SerializationInfo info, StreamingContext context)
        {
            base.GetObjectData(info, context);
            info.AddValue("IpamExceptionData", Data1, typeof(Peers.IpamExceptionData));
            info.AddValue("InnerIpamException", Inner, typeof(IpamException));
        }

        /// The ids, the outer one first.
        public string Ids
        {
            get { return (Data1 == null ? "none" : Data1.ExceptionId) + (Inner == null ? "" : " < " + Inner.Ids); }
        }
    }
}
