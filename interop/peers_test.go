//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// casesPerClient is how many generated items a published client must read of its own.
const casesPerClient = 100

func TestPublishedClientsReadTheirOwn(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	for _, d := range []direction{
		{"Java to Java", java, java, Clients{Java: true}, nil},
		{"Python to Python", python, python, Clients{Python: true}, nil},
	} {
		t.Run(d.name, func(t *testing.T) {
			d.run(ctx, t, NewGenerator(1, testKeys(t), d.clients), casesPerClient, 1, newTally())
		})
	}
}

func TestGoldenItemsAreReadByTheClientThatMadeThem(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	peers := map[string]*Peer{JavaClient: java, PythonClient: python}
	goldens, err := GoldenItems()
	require.NoError(t, err)
	for _, golden := range goldens {
		plain, err := peers[golden.Client].Do(ctx, golden.Request.Decrypting(golden.Sealed))
		if assert.NoError(t, err, golden.Name) {
			assert.Equal(t, string(golden.Plain), canonical(t, plain), golden.Name)
		}
	}
}

func TestPeerRefusesWhatWasChangedAndGoesOn(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	for _, peer := range []*Peer{java, python} {
		t.Run(peer.Name, func(t *testing.T) {
			table, other := "users", "orders"
			request := Request{
				Op: OpEncrypt, Item: json.RawMessage(`{"a":{"S":"x"}}`), Table: &table,
				Provider: StaticProvider(make([]byte, 16), HMAC("HmacSHA256", make([]byte, 32))),
			}
			sealed, err := peer.Do(ctx, request)
			require.NoError(t, err)

			decrypt := request.Decrypting(sealed)
			decrypt.Table = &other
			_, err = peer.Do(ctx, decrypt)
			var refused *PeerError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, peer.Name, refused.Peer)

			_, err = peer.Do(ctx, request.Decrypting(sealed))
			require.NoError(t, err)
		})
	}
}

func TestPeerEndsWithTheContextOfARequest(t *testing.T) {
	installation, err := InstallPython(context.Background())
	require.NoError(t, err)
	peer, err := installation.Start(context.Background())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = peer.Do(ctx, Request{Op: OpEncrypt, Item: json.RawMessage(`{}`)})
	require.ErrorIs(t, err, context.Canceled)
	_, err = peer.Do(context.Background(), Request{Op: OpEncrypt, Item: json.RawMessage(`{}`)})
	require.Error(t, err)
	assert.Error(t, peer.Close(), "it was killed")
}

// startPeers installs and starts both published clients, and ends them with the test.
func startPeers(ctx context.Context, t *testing.T) (java, python *Peer) {
	t.Helper()
	return startPeer(ctx, t, InstallJava), startPeer(ctx, t, InstallPython)
}

func startPeer(ctx context.Context, t *testing.T, install func(context.Context) (*Installation, error)) *Peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	installation, err := install(ctx)
	require.NoError(t, err)
	peer, err := installation.Start(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, peer.Close()) })
	return peer
}
