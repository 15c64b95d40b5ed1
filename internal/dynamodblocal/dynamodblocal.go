// Package dynamodblocal installs and runs DynamoDB Local for integration
// tests. It needs a JDK and Maven on the PATH, or an endpoint that is running
// already.
package dynamodblocal

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

const (
	// EndpointVariable names the environment variable with the URL of a running
	// DynamoDB Local, which is then used instead of a new one.
	EndpointVariable = "DDBCRYPT_DYNAMODB_ENDPOINT"
	// CacheVariable names the environment variable with the directory for the
	// installation; the default is in the user's cache directory.
	CacheVariable = "DDBCRYPT_DYNAMODB_LOCAL_CACHE"

	startTimeout = time.Minute
	stopTimeout  = 10 * time.Second
)

// Start returns a client of DynamoDB Local. It installs it if need be, starts
// one in memory on a free loopback port and stops it at the end of the test.
// If the environment names an endpoint, that is used and left running. Any
// failure ends the test.
func Start(t testing.TB) *dynamodb.Client {
	t.Helper()
	return NewClient(Endpoint(t))
}

// NewClient returns a client of the DynamoDB Local at endpoint, with made-up
// credentials.
func NewClient(endpoint string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: &endpoint,
		// DynamoDB Local accepts any key of letters and digits.
		Credentials: credentials.NewStaticCredentialsProvider("integration", "integration", ""),
		HTTPClient:  http.DefaultClient,
	})
}

// Endpoint is [Start] for programs that make their own client: it returns the
// URL.
func Endpoint(t testing.TB) string {
	t.Helper()
	if endpoint := os.Getenv(EndpointVariable); endpoint != "" {
		return endpoint
	}
	lib, err := install(t.Context())
	require.NoError(t, err)
	port, err := freePort()
	require.NoError(t, err)
	server := startServer(t, lib, port)
	endpoint := "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	require.NoError(t, server.waitReady(t.Context(), NewClient(endpoint)))
	return endpoint
}

// server is a running DynamoDB Local.
type server struct {
	exited chan struct{} // closed when the process has ended
	log    string
}

func startServer(t testing.TB, lib string, port int) *server {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "dynamodb-local.log"))
	require.NoError(t, err)
	command := exec.Command("java",
		"-Djava.library.path="+lib, "-cp", filepath.Join(lib, "*"),
		"software.amazon.dynamodb.services.local.main.ServerRunner",
		"-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port))
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start(), "a JDK 17 is needed on the PATH")
	s := &server{exited: make(chan struct{}), log: log.Name()}
	go func() {
		defer close(s.exited)
		_ = command.Wait() // the test sees in waitReady that it ended too early
		_ = log.Close()
	}()
	t.Cleanup(func() { s.stop(command.Process) })
	return s
}

func (s *server) stop(process *os.Process) {
	_ = process.Signal(os.Interrupt)
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = process.Kill()
		<-s.exited
	}
}

func (s *server) waitReady(ctx context.Context, client *dynamodb.Client) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			output, _ := os.ReadFile(s.log)
			return fmt.Errorf("dynamodb local ended while starting: %s", output)
		case <-ctx.Done():
			return fmt.Errorf("dynamodb local was not ready after %v: %w", startTimeout, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
