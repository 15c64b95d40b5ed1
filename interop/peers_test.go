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

// casesPerDirection is how many generated items go each way.
const casesPerDirection = 100

func TestPublishedClientsReadEachOther(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	keys := testKeys(t)
	directions := map[string]struct {
		writer, reader *Peer
		clients        Clients
	}{
		"Java reads what Java wrote":     {java, java, Clients{Java: true}},
		"Python reads what Python wrote": {python, python, Clients{Python: true}},
		"Java reads what Python wrote":   {python, java, Clients{Java: true, Python: true}},
		"Python reads what Java wrote":   {java, python, Clients{Java: true, Python: true}},
	}
	for name, direction := range directions {
		t.Run(name, func(t *testing.T) {
			generator := NewGenerator(1, keys, direction.clients)
			for range casesPerDirection {
				c, err := generator.Next()
				require.NoError(t, err)
				roundTrip(ctx, t, c, direction.writer, direction.reader)
			}
		})
	}
}

// TestPublishedClientsDisagree holds what [Clients] keeps out of cases for both clients.
func TestPublishedClientsDisagree(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	table := "users"
	for name, test := range map[string]struct {
		item  string
		table *string
	}{
		"on what to sign without a table name":                {`{"a":{"S":"x"}}`, nil},
		"on the order of names":                               {`{"\ue000":{"S":"x"},"\ud83d\ude00":{"S":"y"}}`, &table},
		"on the order of map keys":                            {`{"a":{"M":{"\ue000":{"S":"x"},"\ud83d\ude00":{"S":"y"}}}}`, &table},
		"on the order of strings in a set":                    {`{"a":{"SS":["\ue000","\ud83d\ude00"]}}`, &table},
		"on the order of binaries in a set":                   {`{"a":{"BS":["gA==","AQ=="]}}`, &table},
		"on numbers of more than 28 digits":                   {`{"a":{"N":"12345678901234567890123456789"}}`, &table},
		"on negative zero":                                    {`{"a":{"N":"-0"}}`, &table},
		"on whether the reserved names of an empty item stay": {`{}`, &table},
	} {
		t.Run(name, func(t *testing.T) {
			request := Request{
				Op: OpEncrypt, Item: json.RawMessage(test.item), Table: test.table, DefaultAction: ActionSign,
				Provider: StaticProvider(nil, HMAC("HmacSHA256", make([]byte, 32))),
			}
			for writer, reader := range map[*Peer]*Peer{java: python, python: java} {
				sealed, err := writer.Do(ctx, request)
				require.NoError(t, err)
				plain, err := reader.Do(ctx, request.Decrypting(sealed))
				if err == nil {
					assert.NotEqual(t, canonical(t, request.Item), canonical(t, plain), "%s to %s", writer.Name, reader.Name)
					continue
				}
				var refused *PeerError
				require.ErrorAs(t, err, &refused)
			}
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

func roundTrip(ctx context.Context, t *testing.T, c Case, writer, reader *Peer) {
	t.Helper()
	sealed, err := writer.Do(ctx, c.Request)
	if !assert.NoError(t, err, c.Name) {
		return
	}
	plain, err := reader.Do(ctx, c.Request.Decrypting(sealed))
	if !assert.NoError(t, err, c.Name) {
		return
	}
	assert.Equal(t, canonical(t, c.Request.Item), canonical(t, plain), c.Name)
}

func canonical(t *testing.T, item json.RawMessage) string {
	t.Helper()
	text, err := Canonical(item)
	require.NoError(t, err)
	return string(text)
}

// startPeers installs and starts both published clients, and ends them with the test.
func startPeers(ctx context.Context, t *testing.T) (java, python *Peer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	start := func(install func(context.Context) (*Installation, error)) *Peer {
		installation, err := install(ctx)
		require.NoError(t, err)
		peer, err := installation.Start(ctx)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, peer.Close()) })
		return peer
	}
	return start(InstallJava), start(InstallPython)
}
