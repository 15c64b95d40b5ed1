package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// scriptServices are the services of one script, on loopback.
type scriptServices struct {
	db  *memdb.DB
	kms *memkms.KMS
}

type servicesKey struct{}

// startServices starts an empty DynamoDB and a KMS with keys, and names them in the
// script's environment.
func startServices(env *testscript.Env) error {
	s := &scriptServices{memdb.New(), memkms.New()}
	db, kms := httptest.NewServer(s.db), httptest.NewServer(s.kms)
	env.Defer(db.Close)
	env.Defer(kms.Close)
	env.Values[servicesKey{}] = s
	ireland := s.kms.CreateKey("eu-west-1", memkms.MultiRegion())
	frankfurt, err := s.kms.ReplicateKey(ireland, "eu-central-1")
	if err != nil {
		return err
	}
	home := s.kms.CreateKey("us-east-1")
	if err := s.kms.CreateAlias("us-east-1", "alias/users", home); err != nil {
		return err
	}
	nowhere, err := closedPort()
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"DYNAMODB":      db.URL,
		"KMS":           kms.URL,
		"NOWHERE":       nowhere,
		"IRELAND_KEY":   ireland,
		"FRANKFURT_KEY": frankfurt,
		"OTHER_KEY":     s.kms.CreateKey("eu-west-1"),
	} {
		env.Setenv(name, value)
	}
	return nil
}

// closedPort returns a URL that nobody listens at.
func closedPort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return "http://" + l.Addr().String(), l.Close()
}

func servicesOf(ts *testscript.TestScript) *scriptServices {
	return ts.Value(servicesKey{}).(*scriptServices)
}

// expand FILE… replaces ${NAME} in files by the variables of the environment.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// kms disable KEY, enable KEY, deny OPERATION, allow OPERATION, fail CODE, succeed,
// or calls OPERATION COUNT, which counts since the last of it.
func kmsCommand(ts *testscript.TestScript, _ bool, args []string) {
	k := servicesOf(ts).kms
	switch args[0] {
	case "disable":
		ts.Check(k.SetState(args[1], kmstypes.KeyStateDisabled))
	case "enable":
		ts.Check(k.SetState(args[1], kmstypes.KeyStateEnabled))
	case "deny":
		k.Deny(memkms.Rule{Operation: args[1]})
	case "allow":
		k.Allow(memkms.Rule{Operation: args[1]})
	case "fail":
		k.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: args[1]} })
	case "succeed":
		k.Inject(nil)
	case "calls":
		if got := k.Count(args[1]); args[2] != "-" && args[2] != jsonText(ts, got) {
			ts.Fatalf("%d calls of %s, want %s", got, args[1], args[2])
		}
		k.ResetCalls()
	default:
		ts.Fatalf("unknown: kms %s", strings.Join(args, " "))
	}
}

func jsonText(ts *testscript.TestScript, v any) string {
	text, err := json.Marshal(v)
	ts.Check(err)
	return string(text)
}

// table NAME makes a table that is not a store's.
func table(ts *testscript.TestScript, _ bool, args []string) {
	_, err := servicesOf(ts).db.Client().CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:            &args[0],
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	ts.Check(err)
}

// plant TABLE FILE writes the items of the file into the table, as they are.
func plant(ts *testscript.TestScript, _ bool, args []string) {
	for line, err := range ddbjson.NewReader(strings.NewReader(ts.ReadFile(args[1]))).Lines() {
		ts.Check(err)
		ts.Check(servicesOf(ts).db.Replace(args[0], line.Item))
	}
}

// tamper TABLE VERSION ATTRIBUTE flips a bit of a binary attribute of the rows with
// that version.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	db, done := servicesOf(ts).db, 0
	for _, item := range db.Items(args[0]) {
		v := item["V"].(*types.AttributeValueMemberN)
		if b, ok := item[args[2]].(*types.AttributeValueMemberB); ok && v.Value == args[1] {
			b.Value[len(b.Value)-1] ^= 1
			ts.Check(db.Replace(args[0], item))
			done++
		}
	}
	if done == 0 {
		ts.Fatalf("no such row")
	}
}

// emptyStore serves a DynamoDB without tables and returns its URL.
func emptyStore(t *testing.T) string {
	server := httptest.NewServer(memdb.New())
	t.Cleanup(server.Close)
	return server.URL
}
