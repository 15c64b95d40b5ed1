package golangci_test

import (
	"path/filepath"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	_ "github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet/golangci"
)

// linter makes the linter as golangci-lint does.
func linter(t *testing.T, settings any) *analysis.Analyzer {
	t.Helper()
	newPlugin, err := register.GetPlugin("ddbcryptvet")
	require.NoError(t, err)
	plugin, err := newPlugin(settings)
	require.NoError(t, err)
	assert.Equal(t, register.LoadModeTypesInfo, plugin.GetLoadMode())
	analyzers, err := plugin.BuildAnalyzers()
	require.NoError(t, err)
	require.Len(t, analyzers, 1)
	assert.Equal(t, "ddbcryptvet", analyzers[0].Name)
	return analyzers[0]
}

// The packages and what is reported of them are those of the analyzer's tests.
func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../analyzer/testdata")
	require.NoError(t, err)
	return dir
}

func TestSettings(t *testing.T) {
	t.Run("none leave the rule sensitive off", func(t *testing.T) {
		analysistest.Run(t, testdata(t), linter(t, nil), "clean")
	})
	t.Run("sensitive turns it on", func(t *testing.T) {
		analysistest.Run(t, testdata(t), linter(t, map[string]any{"sensitive": true}), "sensitive")
	})
	t.Run("all are taken", func(t *testing.T) {
		analysistest.Run(t, testdata(t), linter(t, map[string]any{
			"sensitive": true, "signed": true, "words": []any{"mail", "birth date"}, "tagkey": "json",
		}), "flags")
	})
	t.Run("others are refused", func(t *testing.T) {
		newPlugin, err := register.GetPlugin("ddbcryptvet")
		require.NoError(t, err)
		_, err = newPlugin(map[string]any{"sensitiv": true})
		require.ErrorContains(t, err, "settings are sensitive, signed, words and tagkey")
	})
}
