package memkms_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestClientsOnLoopback(t *testing.T) {
	k := memkms.New()
	server := httptest.NewServer(k)
	defer server.Close()
	arn, remote := k.CreateKey(west), k.CreateKey(east)
	// One configuration serves all Regions: they come from the signature.
	cfg := aws.Config{Credentials: credentials.NewStaticCredentialsProvider("caller", "secret", ""), BaseEndpoint: &server.URL}
	client := func(region string) *kms.Client {
		return kms.NewFromConfig(cfg, func(o *kms.Options) { o.Region = region }, once)
	}
	made := dataKey(t, client(west), arn, pairs{"ä": "ö"})
	out, err := client(west).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: pairs{"ä": "ö"}})
	require.NoError(t, err)
	assert.Equal(t, made.Plaintext, out.Plaintext)
	dataKey(t, client(east), remote, nil)
	_, err = client(east).Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: made.CiphertextBlob})
	assert.True(t, as[*types.NotFoundException](err), "%v", err)

	t.Run("a cut connection", func(t *testing.T) {
		k.Inject(memkms.InOrder(memkms.Fault{Cut: true}))
		err := operations(t, client(west))["Encrypt"](arn, nil)
		assert.ErrorIs(t, err, io.EOF)
	})
	t.Run("an error on the wire", func(t *testing.T) {
		request, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(`{"KeyId":"alias/none","NumberOfBytes":1}`))
		require.NoError(t, err)
		request.Header.Set("X-Amz-Target", "TrentService.GenerateDataKey")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=caller/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
		assert.Equal(t, "application/x-amz-json-1.1", response.Header.Get("Content-Type"))
		assert.NotEmpty(t, response.Header.Get("X-Amzn-Requestid"))
		assert.JSONEq(t, `{"__type":"NotFoundException","message":"Alias arn:aws:kms:eu-west-1:111122223333:alias/none is not found."}`, string(body))
	})
}

func TestOneHTTPClientServesEveryRegion(t *testing.T) {
	k := memkms.New()
	cfg := aws.Config{Credentials: credentials.NewStaticCredentialsProvider("caller", "secret", ""), HTTPClient: k}
	for _, region := range []string{west, east} {
		arn := k.CreateKey(region)
		cfg.Region = region
		assert.Equal(t, arn, *dataKey(t, kms.NewFromConfig(cfg), arn, nil).KeyId)
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	const scope = "AWS4-HMAC-SHA256 Credential=caller/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00"
	for name, tc := range map[string]struct{ method, target, authorization, body, want string }{
		"no signature":             {"POST", "TrentService.CreateKey", "", "{}", "MissingAuthenticationTokenException"},
		"another scheme":           {"POST", "TrentService.CreateKey", "Basic x", "{}", "IncompleteSignatureException"},
		"the scope of DynamoDB":    {"POST", "TrentService.CreateKey", strings.Replace(scope, "kms", "dynamodb", 1), "{}", "IncompleteSignatureException"},
		"no Region":                {"POST", "TrentService.CreateKey", strings.Replace(scope, "eu-west-1", "", 1), "{}", "IncompleteSignatureException"},
		"no operation":             {"POST", "", scope, "{}", "UnknownOperationException"},
		"an operation of DynamoDB": {"POST", "DynamoDB_20120810.PutItem", scope, "{}", "UnknownOperationException"},
		"GET":                      {"GET", "TrentService.CreateKey", scope, "{}", "UnknownOperationException"},
		"no body":                  {"POST", "TrentService.CreateKey", scope, "", "SerializationException"},
		"a member of another type": {"POST", "TrentService.Decrypt", scope, `{"KeyId":1}`, "SerializationException"},
		"a name twice":             {"POST", "TrentService.Decrypt", scope, `{"KeyId":"a","KeyId":"b"}`, "SerializationException"},
		"an unknown member":        {"POST", "TrentService.Decrypt", scope, `{"Key":"a"}`, "ValidationException"},
		"too large a body":         {"POST", "TrentService.CreateKey", scope, "{" + strings.Repeat(" ", 1<<20) + "}", "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequest(tc.method, "/", strings.NewReader(tc.body))
			request.Header.Set("X-Amz-Target", tc.target)
			request.Header.Set("Authorization", tc.authorization)
			response := httptest.NewRecorder()
			k := memkms.New()
			k.ServeHTTP(response, request)
			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.Contains(t, response.Body.String(), `"__type":"`+tc.want+`"`)
			assert.Equal(t, tc.want, k.Calls()[0].ErrorCode)
		})
	}
}
