//go:build interop

package interop

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/require"
)

const motoWait = 30 * time.Second

// testMotoBindsTheContext is a second opinion on what KMS does, from another's double. It is not asked for more: it
// answers AccessDeniedException to a Decrypt that names another key, does not decrypt under multi-Region keys, and
// heeds neither key states nor grants.
func testMotoBindsTheContext(ctx context.Context, t *testing.T, parties []party) {
	provider := kmsProvider(startMoto(ctx, t), homeRegion, "")
	provider.KMS.AccessKey = partyGo
	created, err := kms.NewFromConfig(provider.KMS.config()).CreateKey(ctx, &kms.CreateKeyInput{})
	require.NoError(t, err)
	provider.KeyID = *created.KeyMetadata.Arn
	testContextBinding(ctx, t, parties, provider, contextChanges)
}

// startMoto runs moto's server on a loopback port until the test ends, and returns its URL.
func startMoto(ctx context.Context, t *testing.T) string {
	t.Helper()
	installation, err := InstallMoto(ctx)
	require.NoError(t, err)
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	command := exec.Command(installation.command[0], append(installation.command[1:], "-H", host, "-p", port)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "moto.log"))
	require.NoError(t, err)
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start())
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = command.Wait() // It is killed, or found to have ended below.
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		<-exited
		_ = log.Close()
	})
	url := "http://" + address
	deadline := time.After(motoWait)
	for {
		if response, err := http.Get(url + "/moto-api/"); err == nil {
			_ = response.Body.Close()
			return url
		}
		select {
		case <-exited:
		case <-deadline:
		case <-time.After(100 * time.Millisecond):
			continue
		}
		output, _ := os.ReadFile(log.Name())
		require.FailNow(t, "moto does not answer", tail(output))
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
