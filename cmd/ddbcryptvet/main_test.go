package main

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ddbcryptvet": main})
}

// TestScripts runs the tool over modules that need no other.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			tool, err := exec.LookPath("ddbcryptvet")
			if err != nil {
				return err
			}
			env.Setenv("TOOL", tool)
			env.Setenv("GOPROXY", "off")
			for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
				value, err := exec.Command("go", "env", name).Output()
				if err != nil {
					return err
				}
				env.Setenv(name, strings.TrimSpace(string(value)))
			}
			return nil
		},
	})
}

// exits CODE COMMAND [ARG…] runs a command that ends with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		got = failed.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// The analyzer's tests have stubs of the packages that programs use; here are the real ones.
func TestTheRealPackagesAreKnown(t *testing.T) {
	out, err := exec.Command("ddbcryptvet", "./testdata/planted").CombinedOutput()
	failed, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 3, failed.ExitCode())
	var got []string
	for line := range strings.Lines(string(out)) {
		_, report, _ := strings.Cut(strings.TrimSpace(line), "planted.go:")
		got = append(got, report)
	}
	assert.Equal(t, []string{
		`26:2: type planted.User, field At, tag "at": DynamoDB wants the expiry time as a number of seconds, add the option unixtime to the dynamodbav tag`,
		`33:23: type *planted.User: a mapper is for a struct type, use one`,
		`42:12: type planted.User: values have ddbcrypt tags but dynamodb.Client.PutItem stores them in the clear, save them by a mapper or make the client with client.WithEncryption`,
		`65:9: type planted.User: values have ddbcrypt tags but dynamo.Table.Put stores them in the clear, save them by a mapper or make the client with client.WithEncryption`,
	}, got)
}

func TestNothingIsReportedOfThisRepository(t *testing.T) {
	out, err := exec.Command("ddbcryptvet", "-test=false", "-sensitive", "../../mapper", "../../tags", "../../client", "../../examples/...").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Empty(t, string(out))
}
