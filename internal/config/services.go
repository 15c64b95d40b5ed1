package config

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
	"go.yaml.in/yaml/v3"
)

// services says where the services of AWS are. Empty is what the SDK finds itself.
type services struct {
	source
	region        string
	dynamodb, kms string // endpoints
}

// What a service on the same machine takes: it wants some Region and credentials,
// and DynamoDB Local an access key of letters and digits.
const (
	localRegion     = "us-east-1"
	localCredential = "local"
)

// Bounds of waiting for a service, each for one attempt.
const (
	dialTimeout   = 10 * time.Second
	answerTimeout = 60 * time.Second
)

// Concurrency is how many items may wait for a service at once, where there are
// calls for each item.
const Concurrency = 16

// load returns the configuration of the AWS SDK for one service. Nothing is asked
// for credentials before the service is called.
func (s *services) load(ctx context.Context, endpoint, region string) (aws.Config, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithHTTPClient(httpClient()),
		// The SDK's own warnings are about connections; standard error is for items.
		awsconfig.WithLogger(logging.Nop{}),
	}
	if region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	local := isLoopback(endpoint)
	if local {
		options = append(options, awsconfig.WithDefaultRegion(localRegion), awsconfig.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cfg, &Error{File: s.file, Path: "provider", Reason: "needs AWS, whose own configuration cannot be read: " + err.Error(), Err: err}
	}
	if endpoint != "" {
		// As an option it would also be where credentials are asked for: web
		// identity tokens are for STS alone.
		cfg.BaseEndpoint = &endpoint
		cfg.ConfigSources = append([]any{serviceEndpoint(endpoint)}, cfg.ConfigSources...)
	}
	if local {
		cfg.Credentials = aws.NewCredentialsCache(localCredentials{cfg.Credentials})
	}
	return cfg, nil
}

// serviceEndpoint is a source of configuration before that of the environment, which
// would win over the base endpoint.
type serviceEndpoint string

// GetServiceBaseEndpoint is what the clients of the SDK ask their sources.
func (e serviceEndpoint) GetServiceBaseEndpoint(context.Context, string) (string, bool, error) {
	return string(e), true, nil
}

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = answerTimeout
			t.MaxIdleConnsPerHost = Concurrency
		})
}

// localCredentials are those of the chain, if it has any.
type localCredentials struct{ chain aws.CredentialsProvider }

func (l localCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := l.chain.Retrieve(ctx)
	if err == nil || ctx.Err() != nil {
		return credentials, err
	}
	return aws.Credentials{AccessKeyID: localCredential, SecretAccessKey: localCredential, Source: "ddbcrypt"}, nil
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// endpoint reads the URL of a service.
func (s source) endpoint(dst *string) field {
	return func(path string, n *yaml.Node) error {
		if err := s.text(dst)(path, n); err != nil {
			return err
		}
		u, err := url.Parse(*dst)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return s.fail(path, n, "want a URL such as http://localhost:8000 or https://vpce.example.com")
		}
		return nil
	}
}

// keyEndpoint is endpoint for a service whose answers hold keys in the clear.
func (s source) keyEndpoint(dst *string) field {
	return func(path string, n *yaml.Node) error {
		if err := s.endpoint(dst)(path, n); err != nil {
			return err
		}
		if strings.HasPrefix(*dst, "http:") && !isLoopback(*dst) {
			return s.fail(path, n, "is http, so that keys would be readable on the network; want https, except for this machine")
		}
		return nil
	}
}

// regionName reads the name of an AWS Region.
func (s source) regionName(dst *string) field {
	return func(path string, n *yaml.Node) error {
		if err := s.text(dst)(path, n); err != nil {
			return err
		}
		if strings.Trim(*dst, "-0123456789abcdefghijklmnopqrstuvwxyz") != "" {
			return s.fail(path, n, "want the name of an AWS Region such as eu-west-1")
		}
		return nil
	}
}
