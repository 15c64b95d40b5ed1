//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// A party is a client by the name that it has as a caller of services.
type party struct {
	name   string
	client Client
	// nameless is whom it signs like where no table name is signed.
	nameless string
}

const (
	partyGo     = "Go"
	partyJava   = "Java"
	partyPython = "Python"
	// partyGoForJava is the library in Java's order. It reads as partyGo does.
	partyGoForJava = "GoForJava"
)

// startParties starts the published clients beside the library.
func startParties(ctx context.Context, t *testing.T) []party {
	t.Helper()
	java, python := startPeers(ctx, t)
	return []party{
		{partyGo, Library{}, partyPython},
		{partyJava, java, partyJava},
		{partyPython, python, partyPython},
	}
}

// writers are the parties, and the library once more as a writer for Java.
func writers(parties []party) []party {
	return append([]party{{partyGoForJava, Library{JavaOrder: true}, partyJava}}, parties...)
}

// reads reports whether the party can read what the writer sealed: the published clients sign different texts for no
// table name, and we read both.
func (p party) reads(writer party, request Request) bool {
	return request.Table != nil || p.name == partyGo || p.nameless == writer.nameless
}

// as makes the party the caller of all services that the provider asks.
func (p party) as(provider Provider) Provider {
	if provider.KMS != nil {
		endpoint := *provider.KMS
		endpoint.AccessKey = p.name
		provider.KMS = &endpoint
	}
	if provider.Store != nil {
		store := *provider.Store
		store.DynamoDB.AccessKey = p.name
		store.Provider = p.as(store.Provider)
		provider.Store = &store
	}
	return provider
}

// seal asks the party to seal the item of a request.
func (p party) seal(ctx context.Context, request Request) (json.RawMessage, error) {
	request.Provider = p.as(request.Provider)
	return p.client.Do(ctx, request)
}

// open asks the party to open what was sealed by a request.
func (p party) open(ctx context.Context, request Request, sealed json.RawMessage) (json.RawMessage, error) {
	request = request.Decrypting(sealed)
	request.Provider = p.as(request.Provider)
	return p.client.Do(ctx, request)
}

// startKMS serves a new KMS double on a loopback port until the test ends.
func startKMS(t *testing.T) (double *memkms.KMS, url string) {
	t.Helper()
	double = memkms.New()
	server := httptest.NewServer(double)
	t.Cleanup(server.Close)
	return double, server.URL
}

// homeRegion is where keys are, unless a test says otherwise.
const homeRegion = "eu-central-1"

// kmsProvider uses a key in a Region of the service at url.
func kmsProvider(url, region, keyID string) Provider {
	return Provider{Type: ProviderKMS, KeyID: keyID, KMS: &Endpoint{URL: url, Region: region}}
}

// callsSince returns the calls of an operation since the last time, and forgets all.
func callsSince(double *memkms.KMS, operation string) []memkms.Call {
	var calls []memkms.Call
	for _, call := range double.Calls() {
		if call.Operation == operation {
			calls = append(calls, call)
		}
	}
	double.ResetCalls()
	return calls
}

// itemRequest asks to seal an item of a table with the key attributes id and created.
func itemRequest(provider Provider, item string) Request {
	table := "users"
	return Request{
		Op: OpEncrypt, Item: json.RawMessage(item), Table: &table, PartitionKey: "id", SortKey: "created", Provider: provider,
	}
}

const (
	generateDataKey = "GenerateDataKey"
	decrypt         = "Decrypt"
)

// requireItem wants an item to be as it was.
func requireItem(t *testing.T, want, got json.RawMessage, what ...any) {
	t.Helper()
	names, err := differing(want, got)
	require.NoError(t, err, what...)
	require.Empty(t, names, what...)
}
