package config

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

const webToken = "web-identity-token-canary"

// heard are the bodies of requests to a service.
type heard struct {
	mu     sync.Mutex
	bodies [][]byte
}

func (h *heard) listen(t *testing.T, service http.Handler) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		h.mu.Lock()
		h.bodies = append(h.bodies, body)
		h.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (h *heard) take() [][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	bodies := h.bodies
	h.bodies = nil
	return bodies
}

// answerRole is the STS.
func answerRole(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>`+
		`<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`+
		`</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`)
}

// TestWebIdentity wants the token to go to STS and to no configured endpoint.
func TestWebIdentity(t *testing.T) {
	var sts, kms, db heard
	k := memkms.New()
	key := k.CreateKey("us-east-1")
	kmsURL, dbURL := kms.listen(t, k), db.listen(t, memdb.New())
	t.Setenv("AWS_ENDPOINT_URL_STS", sts.listen(t, http.HandlerFunc(answerRole)))
	t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pod")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte(webToken), 0o600))
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", token)

	assumed := func(t *testing.T, service *heard) {
		requests := sts.take()
		require.NotEmpty(t, requests)
		form, err := url.ParseQuery(string(requests[0]))
		require.NoError(t, err)
		assert.Equal(t, "AssumeRoleWithWebIdentity", form.Get("Action"))
		assert.Equal(t, webToken, form.Get("WebIdentityToken"))
		bodies := service.take()
		require.NotEmpty(t, bodies)
		for _, body := range bodies {
			assert.NotContains(t, string(body), "AssumeRole")
			assert.NotContains(t, string(body), webToken)
		}
	}
	environments := []struct {
		name string
		set  map[string]string
	}{
		{"with no other endpoint", nil},
		{"with endpoints of the environment", map[string]string{"AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}},
	}
	for _, environment := range environments {
		t.Run("KMS is called with the role, "+environment.name, func(t *testing.T) {
			for name, value := range environment.set {
				t.Setenv(name, value)
			}
			k.ResetCalls()
			_, err := seal(t, "partition_key: id\nendpoints: {kms: \""+kmsURL+"\"}\nprovider: {type: kms, key_id: \""+key+"\"}\n")
			require.NoError(t, err)
			assumed(t, &kms)
			for _, call := range k.Calls() {
				assert.Equal(t, "ASIAROLE", call.Caller)
			}
		})
		t.Run("DynamoDB is called with the role, "+environment.name, func(t *testing.T) {
			for name, value := range environment.set {
				t.Setenv(name, value)
			}
			c, err := Parse("c.yaml", []byte("provider: {type: most_recent, store: {table: keys, endpoint: \""+dbURL+"\"}}"))
			require.NoError(t, err)
			store, err := c.MetaStore(t.Context(), ManageStore)
			require.NoError(t, err)
			_, err = metastore.CreateTable(t.Context(), store.Client, store.Table)
			require.NoError(t, err)
			assumed(t, &db)
		})
	}
	t.Run("the configured endpoint is taken where the environment's are ignored", func(t *testing.T) {
		t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
		t.Setenv("AWS_ROLE_ARN", "")
		t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "")
		_, err := seal(t, "partition_key: id\nendpoints: {kms: \""+kmsURL+"\"}\nprovider: {type: kms, key_id: \""+key+"\"}\n")
		require.NoError(t, err)
		assert.Len(t, kms.take(), 1)
		assert.Empty(t, sts.take())
	})
}
