using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Constructs;

namespace Pipeline.Infra;

/// <summary>
/// A network that no packet leaves: subnets without a way to the internet and without NAT, and an endpoint for each service that a task talks to.
/// </summary>
internal sealed class Network : Construct
{
    private const int Https = 443;

    public Network(Construct scope, IReadOnlyList<string> readableByAll, RunBucket bucket, Settings settings) : base(scope, "Network")
    {
        Vpc = new Vpc(this, "Vpc", new VpcProps
        {
            IpAddresses = IpAddresses.Cidr("10.90.0.0/22"),
            MaxAzs = 2,
            NatGateways = 0,
            SubnetConfiguration = [new SubnetConfiguration { Name = "Stages", SubnetType = SubnetType.PRIVATE_ISOLATED, CidrMask = 24 }],
        });
        Subnets = Vpc.IsolatedSubnets;
        Endpoints = NewGroup("Endpoints", "Endpoints of AWS services");

        Stack stack = Stack.Of(this);
        GatewayVpcEndpoint s3 = Vpc.AddGatewayEndpoint("S3", new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.S3 });
        s3.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "RunBucket",
            Principals = [new AnyPrincipal()],
            Actions = [.. readableByAll],
            Resources = [bucket.Bucket.BucketArn, bucket.Bucket.ArnForObjects("*")],
            Conditions = EncryptionKeys.Condition("StringEquals", "aws:PrincipalAccount", stack.Account),
        }));
        // ECR hands out the layers of images by links into a bucket of its own.
        s3.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "ImageLayers",
            Principals = [new AnyPrincipal()],
            Actions = ["s3:GetObject"],
            Resources = [$"arn:{stack.Partition}:s3:::prod-{stack.Region}-starport-layer-bucket/*"],
        }));
        foreach ((string id, InterfaceVpcEndpointAwsService service) in new (string, InterfaceVpcEndpointAwsService)[]
        {
            ("EcrApi", InterfaceVpcEndpointAwsService.ECR),
            ("EcrImages", InterfaceVpcEndpointAwsService.ECR_DOCKER),
            ("Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS),
            ("Kms", InterfaceVpcEndpointAwsService.KMS),
            ("Secrets", InterfaceVpcEndpointAwsService.SECRETS_MANAGER),
        })
        {
            Vpc.AddInterfaceEndpoint(id, new InterfaceVpcEndpointOptions
            {
                Service = service,
                PrivateDnsEnabled = true,
                Open = false,
                SecurityGroups = [Endpoints],
                Subnets = new SubnetSelection { Subnets = [.. Subnets.Take(settings.EndpointZones)] },
            });
        }
    }

    /// <summary>The network.</summary>
    public Vpc Vpc { get; }

    /// <summary>Where the tasks run.</summary>
    public ISubnet[] Subnets { get; }

    /// <summary>Who may talk to the endpoints.</summary>
    private SecurityGroup Endpoints { get; }

    /// <summary>
    /// The group of a stage's tasks: they reach the endpoints by HTTPS. S3 has no addresses of its own that a rule could name, so the rule
    /// names all; there is a way to those of S3 only.
    /// </summary>
    public SecurityGroup NewTaskGroup(string stage)
    {
        SecurityGroup group = NewGroup(stage, $"Tasks of {stage}");
        group.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(Https), "AWS services");
        Endpoints.AddIngressRule(group, Port.Tcp(Https), $"Tasks of {stage}");
        return group;
    }

    /// <summary>A group that reaches nothing and that nothing reaches.</summary>
    public SecurityGroup NewGroup(string id, string description) => new(this, id + "Group", new SecurityGroupProps
    {
        Vpc = Vpc,
        AllowAllOutbound = false,
        Description = description,
    });

    /// <summary>Lets one group talk to another.</summary>
    public static void Allow(SecurityGroup from, SecurityGroup to, int port, string why)
    {
        from.AddEgressRule(to, Port.Tcp(port), why);
        to.AddIngressRule(from, Port.Tcp(port), why);
    }
}
