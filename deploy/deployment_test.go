package deploy

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"utfall/internal/config"
)

// The units are hardened: systemd's own measure of exposure is below 3 of 10.
func TestUnits(t *testing.T) {
	analyze := program(t, "systemd", "systemd-analyze")
	level := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)
	for _, path := range files(t, "systemd/*.service") {
		out := output(t, analyze, "security", "--offline=true", "--no-pager", path)
		m := level.FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("%s: no level in %s", path, out)
		}
		if x, err := strconv.ParseFloat(m[1], 64); err != nil || x >= 3 {
			t.Errorf("%s: exposure %s, want below 3.0", path, m[1])
		}
	}
}

// What is shipped as a configuration is one that the program takes.
func TestConfigurations(t *testing.T) {
	for _, path := range []string{"systemd/utfall.yaml", "container/utfall.yaml", "kubernetes/utfall.yaml"} {
		if _, err := config.Read(path); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile("CONFIG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if f, err := config.Parse("CONFIG.md", []byte(example)); err != nil || len(f.Values) < 4 {
		t.Errorf("the example: %v", err)
	}
}

// Every command that the runbook, the units and the manifests give is one that the program knows.
func TestCommands(t *testing.T) {
	exe := filepath.Join(t.TempDir(), "utfall")
	if out, err := exec.Command("go", "build", "-o", exe, "../cmd/utfall").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	help, _ := exec.Command(exe, "help").CombinedOutput()
	flags := map[string]string{} // by verb
	command := regexp.MustCompile("(?m)(?:`|^    |&& |bin/)utfall ([a-z]+)((?: --[a-z-]+)*)|args: \\[([a-z]+)")
	for _, pattern := range []string{"README.md", "CONFIG.md", "systemd/*.service", "kubernetes/*.yaml", "container/*"} {
		for _, path := range files(t, pattern) {
			text, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			for _, m := range command.FindAllStringSubmatch(string(text), -1) {
				verb := m[1] + m[3]
				if !strings.Contains(string(help), "\n  "+verb+" ") {
					t.Errorf("%s: there is no verb %q (%s)", path, verb, m[0])
				}
				for _, f := range strings.Fields(m[2]) {
					if flags[verb] == "" {
						args := []string{verb, "--help"}
						if verb == "release" {
							args = []string{verb, "show", "--help"}
						}
						b, _ := exec.Command(exe, args...).CombinedOutput()
						flags[verb] = string(b)
					}
					if !strings.Contains(flags[verb], "\n  -"+strings.TrimLeft(f, "-")) {
						t.Errorf("%s: utfall %s has no flag %s", path, verb, f)
					}
				}
			}
		}
	}
}

type service struct {
	Image, User, Restart, Command, MemLimit, StopGracePeriod any
	ReadOnly                                                 bool     `yaml:"read_only"`
	CapDrop                                                  []string `yaml:"cap_drop"`
	SecurityOpt                                              []string `yaml:"security_opt"`
	Ports, Volumes, Secrets, Tmpfs                           []string
	Environment                                              map[string]string
	Rest                                                     map[string]any `yaml:",inline"`
}

// Every service of the compose file runs without root, on a file system that cannot be written, with secrets that are files, and
// listens to this machine alone.
func TestCompose(t *testing.T) {
	var c struct {
		Name     string
		Services map[string]service
		Volumes  map[string]any
		Secrets  map[string]map[string]string
	}
	readYAML(t, "container/compose.yaml", &c)
	for _, want := range []string{"utfall", "clickhouse", "prometheus", "alertmanager", "grafana"} {
		if _, ok := c.Services[want]; !ok {
			t.Errorf("there is no service %s", want)
		}
	}
	for name, s := range c.Services {
		user, _ := s.User.(string)
		if user == "" || strings.HasPrefix(user, "0") || !s.ReadOnly || strings.Join(s.CapDrop, "") != "ALL" || len(s.SecurityOpt) == 0 || s.Rest["mem_limit"] == nil {
			t.Errorf("%s: user %q, read-only %v, without capabilities %v, %v, memory %v", name, user, s.ReadOnly, s.CapDrop, s.SecurityOpt, s.Rest["mem_limit"])
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s listens to every network at %s", name, p)
			}
		}
		for _, x := range s.Secrets {
			if c.Secrets[x]["file"] == "" {
				t.Errorf("%s: the secret %s is no file", name, x)
			}
		}
		for k, v := range s.Environment {
			if strings.Contains(k, "PASSWORD") && !strings.HasPrefix(v, "/run/secrets/") {
				t.Errorf("%s: %s is no file", name, k)
			}
		}
		for _, v := range s.Volumes {
			host, _, _ := strings.Cut(v, ":")
			if _, named := c.Volumes[host]; named {
				continue
			}
			if _, err := os.Stat(filepath.Join("container", host)); err != nil {
				t.Errorf("%s mounts %s: %v", name, host, err)
			}
		}
	}
}

// Every container of the manifests keeps to the restricted profile, has bounds, and says whether it lives.
func TestManifests(t *testing.T) {
	kinds := map[string]int{}
	if kubectl, err := exec.LookPath("kubectl"); err == nil {
		output(t, kubectl, "kustomize", "kubernetes")
	} else {
		t.Log("kubectl is not installed: the manifests are read, and not put together by it")
	}
	for _, path := range files(t, "kubernetes/*.yaml") {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for d := yaml.NewDecoder(f); ; {
			var m map[string]any
			if err := d.Decode(&m); err != nil {
				break
			}
			kind, _ := m["kind"].(string)
			kinds[kind]++
			at := func(m any, keys ...string) any {
				for _, k := range keys {
					x, _ := m.(map[string]any)
					m = x[k]
				}
				return m
			}
			if kind != "Deployment" && kind != "StatefulSet" {
				continue
			}
			pod := at(m, "spec", "template", "spec")
			if at(pod, "securityContext", "runAsNonRoot") != true || at(pod, "automountServiceAccountToken") != false ||
				at(pod, "securityContext", "seccompProfile", "type") != "RuntimeDefault" {
				t.Errorf("%s: %s is not restricted", path, kind)
			}
			for _, list := range []string{"initContainers", "containers"} {
				containers, _ := at(pod, list).([]any)
				for _, c := range containers {
					if at(c, "securityContext", "readOnlyRootFilesystem") != true || at(c, "securityContext", "allowPrivilegeEscalation") != false ||
						at(c, "resources", "limits", "memory") == nil || at(c, "env") != nil {
						t.Errorf("%s: container %v: not restricted, without bounds, or with secrets in its environment", path, at(c, "name"))
					}
					for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
						if list == "containers" && at(c, probe, "httpGet", "port") != "ops" {
							t.Errorf("%s: container %v has no %s", path, at(c, "name"), probe)
						}
					}
				}
			}
		}
		_ = f.Close()
	}
	for _, want := range []string{"Deployment", "StatefulSet", "Service", "NetworkPolicy", "PodDisruptionBudget", "Namespace", "Kustomization"} {
		if kinds[want] == 0 {
			t.Errorf("there is no %s", want)
		}
	}
}

// The image holds what the files say: everything that is copied exists, and the last stage is not root's.
func TestContainerfile(t *testing.T) {
	b, err := fs.ReadFile(os.DirFS("container"), "Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	stages := strings.Split(string(b), "\nFROM ")
	last := stages[len(stages)-1]
	if len(stages) < 2 || !regexp.MustCompile(`(?m)^USER 10001`).MatchString(last) || !strings.Contains(last, "lib/utfall") {
		t.Errorf("the last stage: %s", last)
	}
	if _, err := os.Stat("../internal/engine/npm/linux-x64/package-lock.json"); err != nil {
		t.Error(err)
	}
}
